<?php
/**
 * Which Doorstep this store is connected to.
 *
 * @package Doorstep
 */

defined( 'ABSPATH' ) || exit;

/**
 * The connection is the webhooks that Doorstep made here after the merchant let it in: they say where it is and
 * hold the one secret. Nothing is kept beside them.
 */
final class Doorstep_Connection {

	const NAME = 'Doorstep ';
	const PATH = '#^(https?://[^/?\#]+(?:/[^?\#]*)?)/webhooks/woocommerce/([A-Za-z0-9_-]{16,64})$#';

	/**
	 * Our webhooks, once looked up.
	 *
	 * @var WC_Webhook[]|null
	 */
	private $webhooks = null;

	/**
	 * Return whether orders are told to a Doorstep.
	 */
	public function is_there(): bool {
		return null !== $this->main();
	}

	/**
	 * Return Doorstep's address; empty where none is connected.
	 */
	public function base(): string {
		return $this->part( 1 );
	}

	/**
	 * Return what this store is called there; empty where none is connected.
	 */
	public function key(): string {
		return $this->part( 2 );
	}

	/**
	 * Return the secret that both sides know; empty where none is connected.
	 */
	public function secret(): string {
		$main = $this->main();
		return null === $main ? '' : (string) $main->get_secret( 'edit' );
	}

	/**
	 * Return the status of each of our webhooks.
	 *
	 * @return array<string, string> Topic => active, paused or disabled.
	 */
	public function topics(): array {
		$found = array();
		foreach ( $this->webhooks() as $webhook ) {
			$found[ $webhook->get_topic() ] = $webhook->get_status();
		}
		ksort( $found );
		return $found;
	}

	/**
	 * Stop telling Doorstep anything, and take its keys away: with them it would make its webhooks anew.
	 *
	 * @return bool Whether keys of Doorstep's were found; those made by hand have a name that we cannot know.
	 */
	public function end(): bool {
		global $wpdb;
		foreach ( $this->webhooks() as $webhook ) {
			$webhook->delete( true );
		}
		$this->webhooks = null;
		$table          = $wpdb->prefix . 'woocommerce_api_keys';
		// phpcs:ignore WordPress.DB.DirectDatabaseQuery -- WooCommerce has no function that revokes a key, and caches none.
		$gone = $wpdb->query( $wpdb->prepare( 'DELETE FROM %i WHERE description LIKE %s', $table, $wpdb->esc_like( self::NAME ) . '%' ) );
		return (int) $gone > 0;
	}

	/**
	 * Return the webhook that tells of orders, the newest where there are several.
	 */
	private function main(): ?WC_Webhook {
		$found = null;
		foreach ( $this->webhooks() as $webhook ) {
			$is_newer = null === $found || $webhook->get_id() > $found->get_id();
			if ( 'order.updated' === $webhook->get_topic() && $is_newer ) {
				$found = $webhook;
			}
		}
		return $found;
	}

	/**
	 * Return one part of the address that orders are told to.
	 *
	 * @param int $number Which group of PATH.
	 */
	private function part( int $number ): string {
		$main  = $this->main();
		$parts = array();
		return null !== $main && preg_match( self::PATH, $main->get_delivery_url(), $parts ) ? $parts[ $number ] : '';
	}

	/**
	 * Return the webhooks that Doorstep made.
	 *
	 * @return WC_Webhook[]
	 */
	private function webhooks(): array {
		if ( null === $this->webhooks ) {
			$this->webhooks = array();
			foreach ( WC_Data_Store::load( 'webhook' )->get_webhooks_ids() as $id ) {
				$webhook = wc_get_webhook( $id );
				if ( null !== $webhook && 0 === strpos( $webhook->get_name(), self::NAME ) && preg_match( self::PATH, $webhook->get_delivery_url() ) ) {
					$this->webhooks[] = $webhook;
				}
			}
		}
		return $this->webhooks;
	}
}
