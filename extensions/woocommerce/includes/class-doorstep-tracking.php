<?php
/**
 * The tracking page: a shortcode and a block.
 *
 * @package Doorstep
 */

defined( 'ABSPATH' ) || exit;

/**
 * Shows the look-up and the pages of orders on any page of the store.
 */
final class Doorstep_Tracking {

	const SHORTCODE = 'doorstep_tracking';
	const BLOCK     = 'doorstep/tracking';
	const TOKEN     = 'doorstep_token';

	/**
	 * What shows them.
	 *
	 * @var Doorstep_Store_Page
	 */
	private $page;

	/**
	 * Take what is needed.
	 *
	 * @param Doorstep_Store_Page $page What shows them.
	 */
	public function __construct( Doorstep_Store_Page $page ) {
		$this->page = $page;
	}

	/**
	 * Listen.
	 */
	public function listen(): void {
		add_action( 'init', array( $this, 'register' ) );
		add_action( 'template_redirect', array( $this, 'keep_private' ) );
	}

	/**
	 * Make shortcode, block, and the address <page>/t/<token> that Doorstep's own links have.
	 */
	public function register(): void {
		add_rewrite_endpoint( 't', EP_PAGES, self::TOKEN );
		add_shortcode( self::SHORTCODE, array( $this, 'html' ) );
		wp_register_script( 'doorstep-block', plugins_url( 'assets/block.js', DOORSTEP_FILE ), array( 'wp-blocks', 'wp-block-editor', 'wp-element', 'wp-i18n' ), DOORSTEP_VERSION, true );
		wp_set_script_translations( 'doorstep-block', 'doorstep-for-woocommerce' );
		register_block_type( dirname( DOORSTEP_FILE ) . '/blocks/tracking', array( 'render_callback' => array( $this, 'html' ) ) );
	}

	/**
	 * Return what stands in the page's place.
	 */
	public function html(): string {
		$url = get_permalink();
		return is_string( $url ) ? $this->page->html( $url, (string) get_query_var( self::TOKEN, '' ) ) : '';
	}

	/**
	 * Keep one shopper's page out of caches, search engines, and other sites' logs.
	 */
	public function keep_private(): void {
		if ( '' === (string) get_query_var( self::TOKEN, '' ) && ! Doorstep_Store_Page::is_personal() ) {
			return;
		}
		defined( 'DONOTCACHEPAGE' ) || define( 'DONOTCACHEPAGE', true ); // phpcs:ignore WordPress.NamingConventions.PrefixAllGlobals -- the name that page caches look for.
		nocache_headers();
		if ( ! headers_sent() ) {
			header( 'Referrer-Policy: strict-origin' );
		}
		add_filter( 'wp_robots', 'wp_robots_no_robots' );
	}
}
