<?php
/**
 * Plugin Name: Doorstep for WooCommerce
 * Description: The tracking page inside your store, a link to it in the store's own mails, and carts for reminders: what your own Doorstep needs from WooCommerce.
 * Version: 0.1.0
 * Requires at least: 6.5
 * Requires PHP: 7.4
 * Requires Plugins: woocommerce
 * Author: The Doorstep authors
 * License: GPL-2.0-or-later
 * License URI: https://www.gnu.org/licenses/gpl-2.0.html
 * Text Domain: doorstep-for-woocommerce
 * Domain Path: /languages
 * WC requires at least: 8.9
 * WC tested up to: 11.2
 *
 * @package Doorstep
 */

defined( 'ABSPATH' ) || exit;

define( 'DOORSTEP_VERSION', '0.1.0' );
define( 'DOORSTEP_FILE', __FILE__ );

foreach ( array( 'settings', 'connection', 'topics', 'carts', 'checkout', 'store-page', 'tracking', 'account', 'back-in-stock', 'mails', 'overview', 'admin-page', 'admin-actions', 'privacy', 'cleanup', 'plugin' ) as $doorstep_part ) {
	require_once __DIR__ . '/includes/class-doorstep-' . $doorstep_part . '.php';
}

register_activation_hook( __FILE__, array( 'Doorstep_Plugin', 'activate' ) );
register_deactivation_hook( __FILE__, array( 'Doorstep_Plugin', 'deactivate' ) );
add_action( 'before_woocommerce_init', array( 'Doorstep_Plugin', 'declare_compatibility' ) );
add_action( 'woocommerce_loaded', array( 'Doorstep_Plugin', 'begin' ) );
