<?php
/**
 * Carts: when one is told of, and what is said.
 *
 * @package Doorstep
 */

defined( 'ABSPATH' ) || exit;

/**
 * A cart is told of once its shopper has given an e-mail address and has not declined; never before.
 */
final class Doorstep_Carts {

	const CART     = 'doorstep_cart';
	const EMAIL    = 'doorstep_email';
	const DECLINED = 'doorstep_declined';
	const ORDERED  = 'doorstep_ordered';
	const KEYS     = array( self::CART, self::EMAIL, self::DECLINED, self::ORDERED );
	const ON_ORDER = '_doorstep_cart';

	/**
	 * Whether anything changed during this request.
	 *
	 * @var bool
	 */
	private $changed = false;

	/**
	 * The merchant's choices.
	 *
	 * @var Doorstep_Settings
	 */
	private $settings;

	/**
	 * Take what is needed.
	 *
	 * @param Doorstep_Settings $settings The merchant's choices.
	 */
	public function __construct( Doorstep_Settings $settings ) {
		$this->settings = $settings;
	}

	/**
	 * Listen. What changes a cart is told at the end of the request: before WooCommerce empties its queue of
	 * webhooks (10) and keeps the session (20). Not woocommerce_cart_updated, which reading a page sets off too.
	 */
	public function listen(): void {
		$changes = array(
			'woocommerce_add_to_cart',
			'woocommerce_cart_item_removed',
			'woocommerce_cart_item_restored',
			'woocommerce_after_cart_item_quantity_update',
			'woocommerce_applied_coupon',
			'woocommerce_removed_coupon',
			'woocommerce_guest_session_to_user_id',
			'woocommerce_cart_emptied',
		);
		foreach ( $changes as $change ) {
			add_action( $change, array( $this, 'note' ), 10, 0 );
		}
		add_action( 'shutdown', array( $this, 'tell' ), 5, 0 );
	}

	/**
	 * Return whether carts are told: the merchant wants it, and WooCommerce has a webhook awake for them.
	 */
	public function are_told(): bool {
		return $this->settings->get( 'carts' ) && has_action( Doorstep_Topics::UPDATED );
	}

	/**
	 * Note that the cart has changed.
	 */
	public function note(): void {
		$this->changed = true;
	}

	/**
	 * Keep the e-mail address that belongs to the cart.
	 *
	 * @param string $email As typed.
	 */
	public function keep_email( string $email ): void {
		$email = strtolower( sanitize_email( $email ) );
		if ( ! $this->are_told() || ! WC()->session || ! is_email( $email ) || WC()->session->get( self::EMAIL ) === $email ) {
			return;
		}
		WC()->session->set( self::EMAIL, $email );
		$this->note();
	}

	/**
	 * Let this shopper not be reminded: what was told is taken back, and nothing more is told.
	 */
	public function decline(): void {
		if ( ! WC()->session ) {
			return;
		}
		WC()->session->set( self::DECLINED, true );
		WC()->session->set( self::EMAIL, null );
		WC()->session->set( self::ORDERED, null );
		$this->end();
	}

	/**
	 * Write the cart's name on the order that it becomes, so that the order closes it. A block checkout's order
	 * is a draft from the first look on: it becomes one when it is placed.
	 *
	 * @param WC_Order $order Saved by whoever calls.
	 */
	public function mark( WC_Order $order ): void {
		$name = WC()->session ? WC()->session->get( self::CART ) : null;
		if ( is_string( $name ) ) {
			$order->update_meta_data( self::ON_ORDER, $name );
		}
	}

	/**
	 * Note that the cart has become an order: emptying it takes nothing back.
	 */
	public function note_order(): void {
		if ( WC()->session ) {
			WC()->session->set( self::ORDERED, WC()->session->get( self::CART ) );
		}
	}

	/**
	 * Tell of a cart that has changed.
	 */
	public function tell(): void {
		if ( ! $this->changed || ! $this->are_told() || ! WC()->session || ! WC()->cart ) {
			return;
		}
		$this->changed = false;
		if ( WC()->cart->is_empty() ) {
			$this->end();
			return;
		}
		$session = (string) WC()->session->get_customer_id();
		$email   = self::email_of( $session, array( self::EMAIL => WC()->session->get( self::EMAIL ) ) );
		if ( '' === $email || WC()->session->get( self::DECLINED ) ) {
			return;
		}
		if ( ! WC()->session->get( self::CART ) ) {
			WC()->session->set( self::CART, bin2hex( random_bytes( 16 ) ) );
		}
		/**
		 * Fires when a cart whose shopper is known has changed; WooCommerce's webhooks for cart.updated hear it.
		 *
		 * @param string $session The shopper's session, in which the cart is found when it is told.
		 */
		do_action( 'doorstep_cart_updated', $session );
	}

	/**
	 * Return what is told of the cart in a session, when it is told.
	 *
	 * @param string $session The shopper's.
	 * @return array<string, mixed> As WooCommerce tells of an order that is gone, where the cart is.
	 */
	public function told( string $session ): array {
		$kept  = ( new WC_Session_Handler() )->get_session( $session, array() );
		$kept  = array_map( 'maybe_unserialize', is_array( $kept ) ? $kept : array() );
		$items = is_array( $kept['cart'] ?? null ) ? array_filter( $kept['cart'], 'is_array' ) : array();
		$email = self::email_of( $session, $kept );
		if ( ! $items || '' === $email || ! is_string( $kept[ self::CART ] ?? null ) || ! empty( $kept[ self::DECLINED ] ) ) {
			return array(
				'code'    => 'doorstep_cart_gone',
				'message' => 'This cart is no more.',
				'data'    => array( 'status' => 404 ),
			);
		}
		$totals = is_array( $kept['cart_totals'] ?? null ) ? $kept['cart_totals'] : array();
		return array(
			'id'       => $kept[ self::CART ],
			'email'    => $email,
			'currency' => get_woocommerce_currency(),
			'total'    => isset( $totals['total'] ) ? wc_format_decimal( $totals['total'], wc_get_price_decimals() ) : null,
			'url'      => self::way_back( $items ),
			'items'    => array_values( array_map( array( __CLASS__, 'line' ), array_keys( $items ), $items ) ),
		);
	}

	/**
	 * Forget the cart; what was told of one that became no order is taken back.
	 */
	private function end(): void {
		$name = WC()->session->get( self::CART );
		if ( is_string( $name ) && WC()->session->get( self::ORDERED ) !== $name ) {
			/**
			 * Fires when a cart that was told of is no more; WooCommerce's webhooks for cart.deleted hear it.
			 *
			 * @param string $name The cart's.
			 */
			do_action( 'doorstep_cart_deleted', $name );
		}
		WC()->session->set( self::CART, null );
		WC()->session->set( self::ORDERED, null );
	}

	/**
	 * Return whose cart it is: what they typed, else their account's address; empty where nobody knows.
	 *
	 * @param string               $session The session's name: an account's number, or a guest's.
	 * @param array<string, mixed> $kept    What the session holds.
	 */
	private static function email_of( string $session, array $kept ): string {
		if ( is_string( $kept[ self::EMAIL ] ?? null ) && '' !== $kept[ self::EMAIL ] ) {
			return $kept[ self::EMAIL ];
		}
		$user = ctype_digit( $session ) ? get_userdata( (int) $session ) : false;
		return $user ? strtolower( (string) $user->user_email ) : '';
	}

	/**
	 * Return one line as it is told.
	 *
	 * @param string|int           $key  The line's name in the cart.
	 * @param array<string, mixed> $item The line.
	 * @return array<string, mixed>
	 */
	private static function line( $key, array $item ): array {
		$product = wc_get_product( (int) ( ! empty( $item['variation_id'] ) ? $item['variation_id'] : $item['product_id'] ?? 0 ) );
		$image   = $product ? wp_get_attachment_image_url( (int) $product->get_image_id(), 'woocommerce_thumbnail' ) : false;
		return array(
			'key'          => (string) $key,
			'product_id'   => (int) ( $item['product_id'] ?? 0 ),
			'variation_id' => (int) ( $item['variation_id'] ?? 0 ),
			'quantity'     => (int) ( $item['quantity'] ?? 1 ),
			'line_total'   => (float) ( $item['line_total'] ?? 0 ),
			'name'         => $product ? $product->get_name() : '',
			'sku'          => $product ? $product->get_sku() : '',
			'image'        => array( 'src' => $image ? $image : '' ),
		);
	}

	/**
	 * Return WooCommerce's own link that fills a cart with the same things and leads to the checkout.
	 *
	 * @param array<string|int, array<string, mixed>> $items The cart's lines.
	 */
	private static function way_back( array $items ): string {
		$things = array();
		foreach ( $items as $item ) {
			$id       = ! empty( $item['variation_id'] ) ? $item['variation_id'] : $item['product_id'] ?? 0;
			$things[] = (int) $id . ':' . (int) ( $item['quantity'] ?? 1 );
		}
		return home_url( '/checkout-link/' ) . '?products=' . implode( ',', $things );
	}
}
