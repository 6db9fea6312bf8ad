<?php
/**
 * What the merchant may choose.
 *
 * @package Doorstep
 */

defined( 'ABSPATH' ) || exit;

/**
 * The merchant's choices; a store that never opens them gets right results.
 */
final class Doorstep_Settings {

	const OPTION = 'doorstep_settings';

	/**
	 * What holds where nothing was chosen.
	 *
	 * @return array<string, mixed>
	 */
	public static function defaults(): array {
		return array(
			'address'         => '',
			'page'            => 0,
			'made_page'       => 0,
			'mail_link'       => true,
			'carts'           => true,
			'back_in_stock'   => false,
			'newsletter'      => false,
			'newsletter_text' => '',
		);
	}

	/**
	 * Return one choice.
	 *
	 * @param string $name Which one.
	 * @return mixed
	 */
	public function get( string $name ) {
		$kept = get_option( self::OPTION, array() );
		return ( is_array( $kept ) ? $kept : array() )[ $name ] ?? self::defaults()[ $name ];
	}

	/**
	 * Keep choices; those not named stay as they are.
	 *
	 * @param array<string, mixed> $chosen By name.
	 */
	public function keep( array $chosen ): void {
		$kept = get_option( self::OPTION, array() );
		update_option( self::OPTION, array_merge( is_array( $kept ) ? $kept : array(), $chosen ) );
	}

	/**
	 * Return the sentence beside the box for news at the checkout.
	 */
	public function newsletter_text(): string {
		$chosen = trim( (string) $this->get( 'newsletter_text' ) );
		return '' !== $chosen ? $chosen : sprintf(
			/* translators: %s: name of the store. */
			__( 'Send me news and offers from %s by e-mail. I can stop them at any time.', 'doorstep-for-woocommerce' ),
			wp_specialchars_decode( get_bloginfo( 'name' ), ENT_QUOTES )
		);
	}

	/**
	 * Return the address of the store's tracking page; empty where there is none.
	 */
	public function page_url(): string {
		$page = (int) $this->get( 'page' );
		if ( 0 === $page || 'publish' !== get_post_status( $page ) ) {
			return '';
		}
		$url = get_permalink( $page );
		return is_string( $url ) ? $url : '';
	}
}
