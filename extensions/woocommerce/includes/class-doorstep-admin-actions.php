<?php
/**
 * What the merchant's page can do.
 *
 * @package Doorstep
 */

defined( 'ABSPATH' ) || exit;

/**
 * Each is a form of its own, by POST, with a nonce, for who may manage the store.
 */
final class Doorstep_Admin_Actions {

	const CONNECT    = 'doorstep_connect';
	const SAVE       = 'doorstep_save';
	const MAKE_PAGE  = 'doorstep_make_page';
	const DISCONNECT = 'doorstep_disconnect';
	const CONTENT    = '<!-- wp:doorstep/tracking /-->';

	/**
	 * The merchant's choices.
	 *
	 * @var Doorstep_Settings
	 */
	private $settings;

	/**
	 * Whom the store is connected to.
	 *
	 * @var Doorstep_Connection
	 */
	private $connection;

	/**
	 * Take what is needed.
	 *
	 * @param Doorstep_Settings   $settings   The merchant's choices.
	 * @param Doorstep_Connection $connection Whom the store is connected to.
	 */
	public function __construct( Doorstep_Settings $settings, Doorstep_Connection $connection ) {
		$this->settings   = $settings;
		$this->connection = $connection;
	}

	/**
	 * Listen.
	 */
	public function listen(): void {
		add_action( 'admin_post_' . self::CONNECT, array( $this, 'connect' ) );
		add_action( 'admin_post_' . self::SAVE, array( $this, 'save' ) );
		add_action( 'admin_post_' . self::MAKE_PAGE, array( $this, 'make_page' ) );
		add_action( 'admin_post_' . self::DISCONNECT, array( $this, 'disconnect' ) );
	}

	/**
	 * Return where a Doorstep asks this store for its keys, and lets the merchant in.
	 *
	 * @param string $base The Doorstep's address.
	 */
	public static function way_in( string $base ): string {
		return $base . '/connect/woocommerce?store=' . rawurlencode( home_url() );
	}

	/**
	 * Send the merchant to their Doorstep, which sends them back here to ask for keys.
	 */
	public function connect(): void {
		$this->check( self::CONNECT );
		$typed   = isset( $_POST['address'] ) ? esc_url_raw( trim( sanitize_text_field( wp_unslash( $_POST['address'] ) ) ), array( 'https' ) ) : ''; // phpcs:ignore WordPress.Security.NonceVerification -- checked above.
		$address = untrailingslashit( $typed );
		if ( 'https' !== wp_parse_url( $address, PHP_URL_SCHEME ) || ! wp_parse_url( $address, PHP_URL_HOST ) || wp_parse_url( $address, PHP_URL_QUERY ) ) {
			$this->go( Doorstep_Admin_Page::url( 'address' ) );
		}
		$this->settings->keep( array( 'address' => $address ) );
		$this->go( self::way_in( $address ) );
	}

	/**
	 * Keep the choices.
	 */
	public function save(): void {
		$this->check( self::SAVE );
		// phpcs:disable WordPress.Security.NonceVerification -- checked above.
		$chosen = array(
			'page'            => isset( $_POST['page'] ) ? absint( wp_unslash( $_POST['page'] ) ) : 0,
			'newsletter_text' => isset( $_POST['newsletter_text'] ) ? sanitize_text_field( wp_unslash( $_POST['newsletter_text'] ) ) : '',
		);
		foreach ( array( 'mail_link', 'carts', 'back_in_stock', 'newsletter' ) as $name ) {
			$chosen[ $name ] = isset( $_POST[ $name ] );
		}
		// phpcs:enable
		$this->settings->keep( $chosen );
		$this->go( Doorstep_Admin_Page::url( 'saved' ) );
	}

	/**
	 * Make the tracking page.
	 */
	public function make_page(): void {
		$this->check( self::MAKE_PAGE );
		if ( '' === $this->settings->page_url() ) {
			$page = wp_insert_post(
				array(
					'post_type'    => 'page',
					'post_status'  => 'publish',
					'post_title'   => __( 'Track your order', 'doorstep-for-woocommerce' ),
					'post_content' => self::CONTENT,
				)
			);
			if ( $page ) {
				$this->settings->keep(
					array(
						'page'      => $page,
						'made_page' => $page,
					)
				);
			}
		}
		$this->go( Doorstep_Admin_Page::url( 'made' ) );
	}

	/**
	 * Disconnect.
	 */
	public function disconnect(): void {
		$this->check( self::DISCONNECT );
		$this->go( Doorstep_Admin_Page::url( $this->connection->end() ? 'ended' : 'ended-but' ) );
	}

	/**
	 * Stop whoever may not, or did not press our button.
	 *
	 * @param string $action Which.
	 */
	private function check( string $action ): void {
		if ( ! current_user_can( Doorstep_Admin_Page::MAY ) ) {
			wp_die( esc_html__( 'You may not do this.', 'doorstep-for-woocommerce' ), '', 403 );
		}
		check_admin_referer( $action );
	}

	/**
	 * Lead on.
	 *
	 * @param string $url Where to; Doorstep is another site.
	 * @return never
	 */
	private function go( string $url ): void {
		wp_redirect( $url ); // phpcs:ignore WordPress.Security.SafeRedirect.wp_redirect_wp_redirect -- the merchant has just typed the address.
		exit;
	}
}
