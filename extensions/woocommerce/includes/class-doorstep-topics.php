<?php
/**
 * Carts inside WooCommerce's own webhooks.
 *
 * @package Doorstep
 */

defined( 'ABSPATH' ) || exit;

/**
 * Makes cart.updated and cart.deleted topics like WooCommerce's own: with its signature, its queue, its log and
 * its switches. No webhook, nothing told.
 */
final class Doorstep_Topics {

	const UPDATED = 'doorstep_cart_updated';
	const DELETED = 'doorstep_cart_deleted';

	/**
	 * What carts hold.
	 *
	 * @var Doorstep_Carts
	 */
	private $carts;

	/**
	 * Take what is needed.
	 *
	 * @param Doorstep_Carts $carts What carts hold.
	 */
	public function __construct( Doorstep_Carts $carts ) {
		$this->carts = $carts;
	}

	/**
	 * Listen.
	 */
	public function listen(): void {
		add_filter( 'woocommerce_valid_webhook_resources', array( $this, 'add_resource' ) );
		add_filter( 'woocommerce_webhook_topic_hooks', array( $this, 'add_hooks' ), 10, 1 );
		add_filter( 'woocommerce_webhook_topics', array( $this, 'add_names' ) );
		add_filter( 'woocommerce_webhook_payload', array( $this, 'fill' ), 10, 3 );
	}

	/**
	 * Let carts be told of.
	 *
	 * @param string[] $resources What WooCommerce tells of.
	 * @return string[]
	 */
	public function add_resource( $resources ): array {
		return array_merge( (array) $resources, array( 'cart' ) );
	}

	/**
	 * Say what sets a webhook off.
	 *
	 * @param array<string, string[]> $hooks Topic => actions.
	 * @return array<string, string[]>
	 */
	public function add_hooks( $hooks ): array {
		return array_merge(
			(array) $hooks,
			array(
				'cart.updated' => array( self::UPDATED ),
				'cart.deleted' => array( self::DELETED ),
			)
		);
	}

	/**
	 * Name the topics in the merchant's list.
	 *
	 * @param array<string, string> $names Topic => name.
	 * @return array<string, string>
	 */
	public function add_names( $names ): array {
		return array_merge(
			(array) $names,
			array(
				'cart.updated' => __( 'Cart updated', 'doorstep-for-woocommerce' ),
				'cart.deleted' => __( 'Cart deleted', 'doorstep-for-woocommerce' ),
			)
		);
	}

	/**
	 * Say what a cart holds when it is told; a cart.deleted is its id alone, which WooCommerce fills in.
	 *
	 * @param mixed  $payload     What WooCommerce would send.
	 * @param string $told_of     What it is about.
	 * @param mixed  $resource_id The shopper's session.
	 * @return mixed
	 */
	public function fill( $payload, $told_of, $resource_id ) {
		if ( 'cart' !== $told_of || isset( $payload['id'] ) ) {
			return $payload;
		}
		return $this->carts->told( (string) $resource_id );
	}
}
