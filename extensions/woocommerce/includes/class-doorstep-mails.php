<?php
/**
 * The link in the store's own mails.
 *
 * @package Doorstep
 */

defined( 'ABSPATH' ) || exit;

/**
 * Puts a link to the order's page into the mails that WooCommerce sends the shopper about it.
 */
final class Doorstep_Mails {

	/**
	 * The merchant's choices.
	 *
	 * @var Doorstep_Settings
	 */
	private $settings;

	/**
	 * Whether there is a Doorstep.
	 *
	 * @var Doorstep_Connection
	 */
	private $connection;

	/**
	 * Take what is needed.
	 *
	 * @param Doorstep_Settings   $settings   The merchant's choices.
	 * @param Doorstep_Connection $connection Whether there is a Doorstep.
	 */
	public function __construct( Doorstep_Settings $settings, Doorstep_Connection $connection ) {
		$this->settings   = $settings;
		$this->connection = $connection;
	}

	/**
	 * Listen.
	 */
	public function listen(): void {
		add_action( 'woocommerce_email_after_order_table', array( $this, 'add_link' ), 5, 3 );
	}

	/**
	 * Print the link; only for orders that are paid, as there is nothing to follow before.
	 *
	 * @param WC_Order $order         The mail's.
	 * @param bool     $sent_to_admin Whether the merchant gets it.
	 * @param bool     $plain_text    Whether it is text.
	 */
	public function add_link( $order, $sent_to_admin = false, $plain_text = false ): void {
		$page = $this->settings->get( 'mail_link' ) ? $this->settings->page_url() : '';
		if ( $sent_to_admin || '' === $page || ! $order instanceof WC_Order || ! $order->has_status( wc_get_is_paid_statuses() ) || ! $this->connection->is_there() ) {
			return;
		}
		$url  = Doorstep_Store_Page::link( $page, $order );
		$says = __( 'Track your order', 'doorstep-for-woocommerce' );
		if ( $plain_text ) {
			echo "\n" . esc_html( $says ) . ': ' . esc_url_raw( $url ) . "\n\n";
			return;
		}
		echo '<p style="margin:0 0 16px"><a href="' . esc_url( $url ) . '">' . esc_html( $says ) . '</a></p>';
	}
}
