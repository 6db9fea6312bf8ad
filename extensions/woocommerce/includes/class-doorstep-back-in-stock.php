<?php
/**
 * The form on the page of a product that is sold out.
 *
 * @package Doorstep
 */

defined( 'ABSPATH' ) || exit;

/**
 * Asks for an e-mail address, and passes it on to Doorstep; nothing of it is kept in the store. It is a plain form,
 * which a script only lets follow the variation that is chosen.
 */
final class Doorstep_Back_In_Stock {

	const ACTION = 'doorstep_back_in_stock';
	const BLOCKS = array( 'woocommerce/add-to-cart-form', 'woocommerce/add-to-cart-with-options' );

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
	 * What asks Doorstep.
	 *
	 * @var Doorstep_Store_Page
	 */
	private $page;

	/**
	 * Whether the form stands on this page already: a theme may be of both kinds.
	 *
	 * @var bool
	 */
	private $is_shown = false;

	/**
	 * Take what is needed.
	 *
	 * @param Doorstep_Settings   $settings   The merchant's choices.
	 * @param Doorstep_Connection $connection Whom the store is connected to.
	 * @param Doorstep_Store_Page $page       What asks Doorstep.
	 */
	public function __construct( Doorstep_Settings $settings, Doorstep_Connection $connection, Doorstep_Store_Page $page ) {
		$this->settings   = $settings;
		$this->connection = $connection;
		$this->page       = $page;
	}

	/**
	 * Listen.
	 */
	public function listen(): void {
		add_action( 'woocommerce_single_product_summary', array( $this, 'print_form' ), 35, 0 );
		foreach ( self::BLOCKS as $block ) {
			add_filter( 'render_block_' . $block, array( $this, 'add_form' ) );
		}
		add_action( 'wc_ajax_' . self::ACTION, array( $this, 'hear' ) );
	}

	/**
	 * Print the form in a classic theme.
	 */
	public function print_form(): void {
		echo $this->form(); // phpcs:ignore WordPress.Security.EscapeOutput -- every part is escaped where it is put together.
	}

	/**
	 * Put the form behind the block that sells.
	 *
	 * @param string $html The block.
	 */
	public function add_form( $html ): string {
		return $html . $this->form();
	}

	/**
	 * Pass a request on, and say what Doorstep answers: to a script, or as a page with a way back.
	 */
	public function hear(): void {
		$typed = array( 'wording' => self::agreed() );
		// phpcs:disable WordPress.Security.NonceVerification -- anybody may ask; a nonce would be stale wherever a page is cached.
		foreach ( array( 'variant', 'email', 'website' ) as $name ) {
			if ( isset( $_POST[ $name ] ) && is_string( $_POST[ $name ] ) ) {
				$typed[ $name ] = sanitize_text_field( wp_unslash( $_POST[ $name ] ) );
			}
		}
		$is_script = isset( $_POST['script'] );
		// phpcs:enable
		$answer = $this->is_offered() ? $this->page->pass_on( 'back-in-stock', $typed ) : null;
		$said   = is_string( $answer['said'] ?? null ) ? sanitize_text_field( $answer['said'] ) : __( 'That did not work. Please try again later.', 'doorstep-for-woocommerce' );
		if ( $is_script ) {
			wp_send_json(
				array(
					'said' => $said,
					'ok'   => ! empty( $answer['ok'] ),
				)
			);
		}
		wp_die(
			esc_html( $said ),
			esc_html__( 'Tell me when it is back', 'doorstep-for-woocommerce' ),
			array(
				'response'  => 200,
				'back_link' => true,
			)
		);
	}

	/**
	 * Return whether the form is offered: the merchant wants it, and there is a Doorstep to tell.
	 */
	private function is_offered(): bool {
		return $this->settings->get( 'back_in_stock' ) && $this->connection->is_there();
	}

	/**
	 * Return the form of the product on this page; empty where nothing of it is sold out.
	 */
	private function form(): string {
		$product = $GLOBALS['product'] ?? null;
		if ( $this->is_shown || ! $product instanceof WC_Product || ! $this->is_offered() ) {
			return '';
		}
		$gone = self::sold_out( $product );
		if ( ! $gone ) {
			return '';
		}
		$this->is_shown = true;
		wp_enqueue_script( 'doorstep-back-in-stock', plugins_url( 'assets/back-in-stock.js', DOORSTEP_FILE ), array(), DOORSTEP_VERSION, true );
		$ask = esc_html__( 'Tell me when it is back', 'doorstep-for-woocommerce' );
		return '<form class="doorstep-back" method="post" action="' . esc_url( WC_AJAX::get_endpoint( self::ACTION ) ) . '" style="margin:1em 0;max-width:32em"><h3>' . $ask . '</h3>'
			. '<p style="position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)" aria-hidden="true"><label for="doorstep-website">Website</label><input id="doorstep-website" name="website" tabindex="-1" autocomplete="off"></p>'
			. self::choice( $gone, $product )
			. '<p><label for="doorstep-back-email">' . esc_html__( 'E-mail address', 'doorstep-for-woocommerce' ) . '</label><br><input id="doorstep-back-email" class="input-text" name="email" type="email" maxlength="254" required autocomplete="email" aria-describedby="doorstep-back-agreed" style="width:100%;min-height:44px;box-sizing:border-box"></p>'
			. '<p id="doorstep-back-agreed"><small>' . esc_html( self::agreed() ) . '</small></p>'
			. '<p><button type="submit" class="button wp-element-button" style="min-height:44px">' . $ask . '</button></p><p class="doorstep-back-said" role="status"></p></form>';
	}

	/**
	 * Return what is agreed to by the button.
	 */
	private static function agreed(): string {
		return __( 'Send me one e-mail when it is back. My address is used for nothing else, and I can take this back at any time.', 'doorstep-for-woocommerce' );
	}

	/**
	 * Return what of a product is sold out.
	 *
	 * @param WC_Product $product The product.
	 * @return WC_Product[]
	 */
	private static function sold_out( WC_Product $product ): array {
		$parts = $product->is_type( 'variable' ) ? array_filter( array_map( 'wc_get_product', $product->get_children() ) ) : array( $product );
		return array_values( array_filter( $parts, fn( $part ) => ! $part->is_in_stock() ) );
	}

	/**
	 * Return the field that says which: a list, where there are variations.
	 *
	 * @param WC_Product[] $gone    What is sold out.
	 * @param WC_Product   $product The product.
	 */
	private static function choice( array $gone, WC_Product $product ): string {
		if ( ! $product->is_type( 'variable' ) ) {
			return '<input type="hidden" name="variant" value="' . esc_attr( (string) $gone[0]->get_id() ) . '">';
		}
		$options = '';
		foreach ( $gone as $part ) {
			$options .= '<option value="' . esc_attr( (string) $part->get_id() ) . '">' . esc_html( $part->get_name() ) . '</option>';
		}
		return '<p><label for="doorstep-back-variant">' . esc_html__( 'Which one?', 'doorstep-for-woocommerce' ) . '</label><br><select id="doorstep-back-variant" name="variant" style="width:100%;min-height:44px">' . $options . '</select></p>';
	}
}
