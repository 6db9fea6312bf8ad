<?php
/**
 * Doorstep's pages inside the store's own.
 *
 * @package Doorstep
 */

defined( 'ABSPATH' ) || exit;

/**
 * Asks Doorstep for the look-up or for an order's page, with a query signed by the secret of our webhooks: the
 * hex HMAC-SHA256 of all other parameters as "name=value", in order, without separator.
 */
final class Doorstep_Store_Page {

	const ORDER   = 'doorstep_order';
	const KEY     = 'doorstep_key';
	const SECONDS = 6;

	/**
	 * Whom to ask.
	 *
	 * @var Doorstep_Connection
	 */
	private $connection;

	/**
	 * Take what is needed.
	 *
	 * @param Doorstep_Connection $connection Whom to ask.
	 */
	public function __construct( Doorstep_Connection $connection ) {
		$this->connection = $connection;
	}

	/**
	 * Return the look-up, or the page of the order that the request speaks of, as HTML.
	 *
	 * @param string $url   Where it will stand in the store.
	 * @param string $token What names an order on Doorstep; empty for the look-up.
	 */
	public function html( string $url, string $token = '' ): string {
		$path = (string) wp_parse_url( $url, PHP_URL_PATH );
		if ( '' === trim( $path, '/' ) ) {
			return $this->way_out();
		}
		// phpcs:disable WordPress.Security.NonceVerification -- a question changes nothing, and comes from links in mails.
		$typed = array();
		foreach ( array( 'order', 'who' ) as $name ) {
			if ( isset( $_POST[ $name ] ) && is_string( $_POST[ $name ] ) ) {
				$typed[ $name ] = sanitize_text_field( wp_unslash( $_POST[ $name ] ) );
			}
		}
		$said = array( 'path_prefix' => $path );
		if ( isset( $_GET['parcel'] ) && is_string( $_GET['parcel'] ) ) {
			$said['parcel'] = (string) absint( wp_unslash( $_GET['parcel'] ) );
		}
		// phpcs:enable
		$order = $this->order_of_link();
		if ( ! $typed && '' === $token && null !== $order ) {
			$said['order_id'] = (string) $order->get_id();
		}
		$html = $this->ask( $said, $token, $typed ? $typed : null );
		return null === $html ? $this->way_out() : $html;
	}

	/**
	 * Return the address at which a page of the store shows an order to whoever has the link.
	 *
	 * @param string   $page  The store's page.
	 * @param WC_Order $order Which.
	 */
	public static function link( string $page, WC_Order $order ): string {
		$said = array(
			self::ORDER => $order->get_id(),
			self::KEY   => $order->get_order_key(),
		);
		return add_query_arg( $said, $page );
	}

	/**
	 * Return whether what is asked for is one shopper's alone.
	 */
	public static function is_personal(): bool {
		// phpcs:ignore WordPress.Security.NonceVerification -- only looked at.
		return isset( $_GET[ self::ORDER ] ) || isset( $_POST['who'] );
	}

	/**
	 * Pass on what a shopper typed into a form; null where Doorstep gives no answer.
	 *
	 * @param string                $form  Which form.
	 * @param array<string, string> $typed What was typed.
	 * @return array<string, mixed>|null
	 */
	public function pass_on( string $form, array $typed ): ?array {
		return $this->talk( $form, array(), $typed + array( 'locale' => str_replace( '_', '-', get_locale() ) ) );
	}

	/**
	 * Ask Doorstep for data, or tell it some; null where it gives no answer.
	 *
	 * @param string                     $under Which page, under the store's own.
	 * @param array<string, string>      $said  What is said, and signed.
	 * @param array<string, string>|null $typed What else is told; null asks only.
	 * @return array<string, mixed>|null
	 */
	public function talk( string $under, array $said, ?array $typed = null ): ?array {
		$how    = array(
			'method'      => null === $typed ? 'GET' : 'POST',
			'timeout'     => self::SECONDS,
			'redirection' => 0,
			'headers'     => array(
				'Accept'          => 'application/json',
				'Accept-Language' => str_replace( '_', '-', get_locale() ),
			),
			'body'        => $typed,
		);
		$answer = wp_safe_remote_request( $this->address( $said, $under ), $how );
		$told   = is_wp_error( $answer ) ? null : json_decode( (string) wp_remote_retrieve_body( $answer ), true );
		return is_array( $told ) ? $told : null;
	}

	/**
	 * Return the signed address that Doorstep is asked at.
	 *
	 * @param array<string, string> $said  What is said.
	 * @param string                $under Which page, under the store's own; empty for the look-up.
	 */
	public function address( array $said, string $under = '' ): string {
		$said['timestamp'] = (string) time();
		$said['visitor']   = substr( wp_hash( WC_Geolocation::get_ip_address() ), 0, 16 );
		$parts             = array();
		foreach ( $said as $name => $value ) {
			$parts[] = $name . '=' . $value;
		}
		sort( $parts, SORT_STRING );
		$said['signature'] = hash_hmac( 'sha256', implode( '', $parts ), $this->connection->secret() );
		$place             = $this->connection->base() . '/embed/' . $this->connection->key();
		return $place . ( '' === $under ? '' : '/' . $under ) . '?' . http_build_query( $said, '', '&', PHP_QUERY_RFC3986 );
	}

	/**
	 * Return what Doorstep answers; null where it gives no page of its own.
	 *
	 * @param array<string, string>      $said  What is said.
	 * @param string                     $token What names an order; empty for none.
	 * @param array<string, string>|null $typed What the shopper typed into the look-up.
	 */
	private function ask( array $said, string $token, ?array $typed ): ?string {
		if ( ! $this->connection->is_there() ) {
			return null;
		}
		$how    = array(
			'method'      => null === $typed ? 'GET' : 'POST',
			'timeout'     => self::SECONDS,
			'redirection' => 0,
			'headers'     => array( 'Accept-Language' => str_replace( '_', '-', get_locale() ) ),
			'body'        => null === $typed ? null : $typed,
		);
		$answer = wp_safe_remote_request( $this->address( $said, '' === $token ? '' : 't/' . rawurlencode( $token ) ), $how );
		$html   = is_wp_error( $answer ) ? '' : (string) wp_remote_retrieve_body( $answer );
		$is_one = 200 === wp_remote_retrieve_response_code( $answer ) && 0 === strpos( $html, '<div class="doorstep"' );
		return $is_one && false === stripos( $html, '<script' ) ? $html : null;
	}

	/**
	 * Return the order that the link in a mail leads to, if its key is right.
	 */
	private function order_of_link(): ?WC_Order {
		// phpcs:disable WordPress.Security.NonceVerification -- the order's key is the proof.
		$id  = isset( $_GET[ self::ORDER ] ) && is_string( $_GET[ self::ORDER ] ) ? absint( wp_unslash( $_GET[ self::ORDER ] ) ) : 0;
		$key = isset( $_GET[ self::KEY ] ) && is_string( $_GET[ self::KEY ] ) ? sanitize_text_field( wp_unslash( $_GET[ self::KEY ] ) ) : '';
		// phpcs:enable
		$order = $id && '' !== $key ? wc_get_order( $id ) : false;
		return $order instanceof WC_Order && $order->key_is_valid( $key ) ? $order : null;
	}

	/**
	 * Return what to show where Doorstep gives no page: a link to its own, where one is connected.
	 */
	private function way_out(): string {
		if ( ! $this->connection->is_there() ) {
			return current_user_can( 'manage_woocommerce' ) ? '<p>' . esc_html__( 'Connect Doorstep under WooCommerce → Doorstep, and the order look-up stands here. Only you see this line.', 'doorstep-for-woocommerce' ) . '</p>' : '';
		}
		$shop = preg_replace( '#^https?://#', '', untrailingslashit( home_url() ) );
		$url  = $this->connection->base() . '/track?shop=' . rawurlencode( (string) $shop );
		return '<p><a href="' . esc_url( $url ) . '">' . esc_html__( 'Track your order', 'doorstep-for-woocommerce' ) . '</a></p>';
	}
}
