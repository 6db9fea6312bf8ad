<?php
/**
 * Uninstalling leaves nothing: no option, no webhook, no key, no word on an order or in a cart.
 *
 * @package Doorstep
 */

defined( 'WP_UNINSTALL_PLUGIN' ) || exit;

foreach ( array( 'settings', 'connection', 'topics', 'carts', 'checkout', 'admin-actions', 'privacy', 'cleanup' ) as $doorstep_part ) {
	require_once __DIR__ . '/includes/class-doorstep-' . $doorstep_part . '.php';
}

Doorstep_Cleanup::all();
