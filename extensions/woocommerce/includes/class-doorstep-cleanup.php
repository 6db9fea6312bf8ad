<?php
/**
 * Leaving nothing behind.
 *
 * @package Doorstep
 */

defined( 'ABSPATH' ) || exit;

/**
 * What uninstalling takes out of a store.
 */
final class Doorstep_Cleanup {

	/**
	 * Take out everything.
	 */
	public static function all(): void {
		global $wpdb;
		if ( class_exists( 'WC_Data_Store' ) ) {
			( new Doorstep_Connection() )->end();
		}
		self::drop_webhooks();
		self::drop_page();
		foreach ( Doorstep_Privacy::META as $name ) {
			// phpcs:disable WordPress.DB.DirectDatabaseQuery, WordPress.DB.SlowDBQuery -- once, when uninstalled; no function does it for every order.
			$wpdb->delete( $wpdb->postmeta, array( 'meta_key' => $name ) );
			if ( self::has_table( $wpdb->prefix . 'wc_orders_meta' ) ) {
				$wpdb->delete( $wpdb->prefix . 'wc_orders_meta', array( 'meta_key' => $name ) );
			}
			// phpcs:enable
		}
		self::forget_carts();
		delete_option( Doorstep_Settings::OPTION );
		delete_option( 'rewrite_rules' );
	}

	/**
	 * Take our words out of one session; the cart stays.
	 *
	 * @param string               $name Whose.
	 * @param array<string, mixed> $kept What it holds.
	 * @return bool Whether there were any.
	 */
	public static function forget_in_session( string $name, array $kept ): bool {
		global $wpdb;
		$left = array_diff_key( $kept, array_flip( Doorstep_Carts::KEYS ) );
		if ( count( $left ) === count( $kept ) ) {
			return false;
		}
		// phpcs:ignore WordPress.DB.DirectDatabaseQuery -- WooCommerce writes no session but the current one; its cache is cleared below.
		$wpdb->update( $wpdb->prefix . 'woocommerce_sessions', array( 'session_value' => maybe_serialize( $left ) ), array( 'session_key' => $name ) );
		if ( class_exists( 'WC_Cache_Helper' ) ) {
			WC_Cache_Helper::invalidate_cache_group( 'wc_session_id' );
		}
		return true;
	}

	/**
	 * Delete our webhooks where WooCommerce is not there to do it.
	 */
	private static function drop_webhooks(): void {
		global $wpdb;
		$table = $wpdb->prefix . 'wc_webhooks';
		if ( self::has_table( $table ) ) {
			$like = $wpdb->esc_like( Doorstep_Connection::NAME ) . '%';
			// phpcs:ignore WordPress.DB.DirectDatabaseQuery -- once, when uninstalled.
			$wpdb->query( $wpdb->prepare( 'DELETE FROM %i WHERE name LIKE %s AND delivery_url LIKE %s', $table, $like, '%/webhooks/woocommerce/%' ) );
		}
	}

	/**
	 * Take our words out of every session.
	 */
	private static function forget_carts(): void {
		global $wpdb;
		$table = $wpdb->prefix . 'woocommerce_sessions';
		if ( ! self::has_table( $table ) ) {
			return;
		}
		// phpcs:ignore WordPress.DB.DirectDatabaseQuery -- once, when uninstalled.
		$rows = $wpdb->get_results( $wpdb->prepare( 'SELECT session_key, session_value FROM %i WHERE session_value LIKE %s', $table, '%' . $wpdb->esc_like( 'doorstep_' ) . '%' ) );
		foreach ( is_array( $rows ) ? $rows : array() as $row ) {
			$kept = maybe_unserialize( $row->session_value );
			if ( is_array( $kept ) ) {
				self::forget_in_session( $row->session_key, $kept );
			}
		}
	}

	/**
	 * Delete the page that we made, if the merchant has not made it theirs.
	 */
	private static function drop_page(): void {
		$page = (int) ( new Doorstep_Settings() )->get( 'made_page' );
		$post = $page ? get_post( $page ) : null;
		if ( $post && Doorstep_Admin_Actions::CONTENT === trim( $post->post_content ) ) {
			wp_delete_post( $page, true );
		}
	}

	/**
	 * Return whether a table is there: WooCommerce may be gone.
	 *
	 * @param string $name Its name.
	 */
	private static function has_table( string $name ): bool {
		global $wpdb;
		// phpcs:ignore WordPress.DB.DirectDatabaseQuery -- once, when uninstalled.
		return $name === $wpdb->get_var( $wpdb->prepare( 'SHOW TABLES LIKE %s', $wpdb->esc_like( $name ) ) );
	}
}
