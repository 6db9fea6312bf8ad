<?php
/**
 * Tracking in My Account.
 *
 * @package Doorstep
 */

defined( 'ABSPATH' ) || exit;

/**
 * A button beside every order of the shopper's that leads to its page, inside My Account.
 */
final class Doorstep_Account {

	const ENDPOINT = 'track-order';

	/**
	 * Whether there is a Doorstep.
	 *
	 * @var Doorstep_Connection
	 */
	private $connection;

	/**
	 * What shows orders.
	 *
	 * @var Doorstep_Store_Page
	 */
	private $page;

	/**
	 * Take what is needed.
	 *
	 * @param Doorstep_Connection $connection Whether there is a Doorstep.
	 * @param Doorstep_Store_Page $page       What shows orders.
	 */
	public function __construct( Doorstep_Connection $connection, Doorstep_Store_Page $page ) {
		$this->connection = $connection;
		$this->page       = $page;
	}

	/**
	 * Listen.
	 */
	public function listen(): void {
		add_filter( 'woocommerce_get_query_vars', array( $this, 'add_endpoint' ) );
		add_filter( 'woocommerce_my_account_my_orders_actions', array( $this, 'add_button' ), 10, 2 );
		add_filter( 'woocommerce_endpoint_' . self::ENDPOINT . '_title', array( $this, 'title' ) );
		add_action( 'woocommerce_account_' . self::ENDPOINT . '_endpoint', array( $this, 'show' ) );
	}

	/**
	 * Give My Account one more page.
	 *
	 * @param array<string, string> $endpoints Name => part of the address.
	 * @return array<string, string>
	 */
	public function add_endpoint( $endpoints ): array {
		return array_merge( (array) $endpoints, array( self::ENDPOINT => self::ENDPOINT ) );
	}

	/**
	 * Return the page's title.
	 */
	public function title(): string {
		return __( 'Track your order', 'doorstep-for-woocommerce' );
	}

	/**
	 * Add the button.
	 *
	 * @param array<string, array<string, string>> $buttons Name => what it says and where it leads.
	 * @param WC_Order                             $order   Of this order.
	 * @return array<string, array<string, string>>
	 */
	public function add_button( $buttons, $order ): array {
		$buttons = (array) $buttons;
		if ( $order instanceof WC_Order && $order->has_status( wc_get_is_paid_statuses() ) && $this->connection->is_there() ) {
			$buttons['doorstep-track'] = array(
				'url'        => Doorstep_Store_Page::link( wc_get_account_endpoint_url( self::ENDPOINT ), $order ),
				'name'       => __( 'Track', 'doorstep-for-woocommerce' ),
				/* translators: %s: number of the order. */
				'aria-label' => sprintf( __( 'Track order %s', 'doorstep-for-woocommerce' ), $order->get_order_number() ),
			);
		}
		return $buttons;
	}

	/**
	 * Print the look-up or an order's page.
	 *
	 * @param string $rest What follows in the address: "t/<token>" in Doorstep's own links.
	 */
	public function show( $rest = '' ): void {
		$found = array();
		$token = preg_match( '#^t/([^/]+)/?$#', (string) $rest, $found ) ? $found[1] : '';
		// phpcs:ignore WordPress.Security.EscapeOutput.OutputNotEscaped -- HTML of the merchant's own Doorstep, without scripts; see Doorstep_Store_Page::ask().
		echo $this->page->html( wc_get_account_endpoint_url( self::ENDPOINT ), $token );
	}
}
