<?php
/**
 * Everything that this plug-in listens to, in one list.
 *
 * @package Doorstep
 */

defined( 'ABSPATH' ) || exit;

/**
 * The wiring.
 */
final class Doorstep_Plugin {

	/**
	 * Say that orders in their own tables and the block checkout are both fine.
	 */
	public static function declare_compatibility(): void {
		foreach ( array( 'custom_order_tables', 'cart_checkout_blocks' ) as $feature ) {
			\Automattic\WooCommerce\Utilities\FeaturesUtil::declare_compatibility( $feature, DOORSTEP_FILE, true );
		}
	}

	/**
	 * Listen.
	 */
	public static function begin(): void {
		add_action( 'init', array( __CLASS__, 'load_words' ) );
		$settings   = new Doorstep_Settings();
		$connection = new Doorstep_Connection();
		$page       = new Doorstep_Store_Page( $connection );
		$carts      = new Doorstep_Carts( $settings );
		( new Doorstep_Topics( $carts ) )->listen();
		$carts->listen();
		( new Doorstep_Checkout( $settings, $carts ) )->listen();
		( new Doorstep_Tracking( $page ) )->listen();
		( new Doorstep_Account( $connection, $page ) )->listen();
		( new Doorstep_Back_In_Stock( $settings, $connection, $page ) )->listen();
		( new Doorstep_Mails( $settings, $connection ) )->listen();
		( new Doorstep_Privacy() )->listen();
		$overview = new Doorstep_Overview( $connection, $page );
		$overview->listen();
		( new Doorstep_Admin_Page( $settings, $connection, $overview ) )->listen();
		( new Doorstep_Admin_Actions( $settings, $connection ) )->listen();
	}

	/**
	 * Load the translations that come with the plug-in.
	 */
	public static function load_words(): void {
		load_plugin_textdomain( 'doorstep-for-woocommerce', false, dirname( plugin_basename( DOORSTEP_FILE ) ) . '/languages' );
	}

	/**
	 * Let WordPress learn our addresses at its next request.
	 */
	public static function activate(): void {
		delete_option( 'rewrite_rules' );
	}

	/**
	 * Let WordPress forget our addresses.
	 */
	public static function deactivate(): void {
		delete_option( 'rewrite_rules' );
	}
}
