<?php
/**
 * The checkout: whose cart it is, what they agree to, and the order that it becomes.
 *
 * @package Doorstep
 */

defined( 'ABSPATH' ) || exit;

/**
 * Block checkout and classic checkout alike.
 */
final class Doorstep_Checkout {

	const FIELD   = 'doorstep/marketing-opt-in';
	const META    = '_wc_other/doorstep/marketing-opt-in';
	const WORDING = '_doorstep_marketing_wording';
	const CLASSIC = 'doorstep_marketing_opt_in';
	const AGREED  = '_doorstep_offers_email';
	const ACTION  = 'doorstep_cart';

	/**
	 * The merchant's choices.
	 *
	 * @var Doorstep_Settings
	 */
	private $settings;

	/**
	 * The carts.
	 *
	 * @var Doorstep_Carts
	 */
	private $carts;

	/**
	 * Take what is needed.
	 *
	 * @param Doorstep_Settings $settings The merchant's choices.
	 * @param Doorstep_Carts    $carts    The carts.
	 */
	public function __construct( Doorstep_Settings $settings, Doorstep_Carts $carts ) {
		$this->settings = $settings;
		$this->carts    = $carts;
	}

	/**
	 * Listen.
	 */
	public function listen(): void {
		add_action( 'woocommerce_init', array( $this, 'register_box' ) );
		add_filter( 'woocommerce_checkout_fields', array( $this, 'add_box' ) );
		add_action( 'woocommerce_checkout_create_order', array( $this, 'keep_box' ), 10, 2 );
		add_action( 'woocommerce_checkout_create_order', array( $this->carts, 'mark' ), 20, 1 );
		add_action( 'woocommerce_checkout_create_order', array( $this->carts, 'note_order' ), 20, 0 );
		add_action( 'woocommerce_store_api_checkout_order_processed', array( $this->carts, 'note_order' ), 10, 0 );
		add_action( 'woocommerce_store_api_checkout_update_order_meta', array( $this, 'keep_block_order' ), 10, 1 );
		add_action( 'woocommerce_store_api_cart_update_customer_from_request', array( $this, 'hear_customer' ), 10, 1 );
		add_action( 'woocommerce_checkout_update_order_review', array( $this, 'hear_form' ), 10, 1 );
		add_action( 'wc_ajax_' . self::ACTION, array( $this, 'hear_script' ) );
		add_action( 'wp_enqueue_scripts', array( $this, 'add_script' ) );
		add_action( 'woocommerce_checkout_before_customer_details', array( $this, 'print_note' ) );
		add_filter( 'render_block_woocommerce/checkout', array( $this, 'add_note' ) );
	}

	/**
	 * Tell whether the box is offered: where the merchant wants it, to who has not agreed already.
	 *
	 * Doorstep writes what a customer told it (on a tracking page, in a mail) to their data: "yes" and since when.
	 */
	private function asks(): bool {
		$said = get_user_meta( get_current_user_id(), self::AGREED, true );
		return $this->settings->get( 'newsletter' ) && 0 !== strpos( is_string( $said ) ? $said : '', 'yes ' );
	}

	/**
	 * Offer the box for news in the block checkout, where the merchant wants it.
	 */
	public function register_box(): void {
		if ( ! $this->asks() || ! function_exists( 'woocommerce_register_additional_checkout_field' ) ) {
			return;
		}
		woocommerce_register_additional_checkout_field(
			array(
				'id'       => self::FIELD,
				'label'    => $this->settings->newsletter_text(),
				'location' => 'order',
				'type'     => 'checkbox',
			)
		);
	}

	/**
	 * Offer the box in the classic checkout.
	 *
	 * @param array<string, array<string, mixed>> $fields Section => fields.
	 * @return array<string, array<string, mixed>>
	 */
	public function add_box( $fields ): array {
		$fields = (array) $fields;
		if ( $this->asks() ) {
			$fields['order'][ self::CLASSIC ] = array(
				'type'     => 'checkbox',
				'label'    => esc_html( $this->settings->newsletter_text() ),
				'required' => false,
			);
		}
		return $fields;
	}

	/**
	 * Keep what was agreed to where the block checkout keeps it, with the sentence that was read.
	 *
	 * @param WC_Order             $order Saved by WooCommerce.
	 * @param array<string, mixed> $typed The classic checkout's form.
	 */
	public function keep_box( $order, $typed ): void {
		if ( $this->settings->get( 'newsletter' ) && ! empty( $typed[ self::CLASSIC ] ) ) {
			$order->update_meta_data( self::META, '1' );
			$order->update_meta_data( self::WORDING, $this->settings->newsletter_text() );
		}
	}

	/**
	 * Write on a block checkout's order which cart it is, and the sentence beside its box.
	 *
	 * @param WC_Order $order Saved by WooCommerce.
	 */
	public function keep_block_order( $order ): void {
		$this->carts->mark( $order );
		if ( $this->settings->get( 'newsletter' ) ) {
			$order->update_meta_data( self::WORDING, $this->settings->newsletter_text() );
		}
	}

	/**
	 * Take the address that a shopper gave the block checkout.
	 *
	 * @param WC_Customer $customer As typed.
	 */
	public function hear_customer( $customer ): void {
		$this->hear( (string) $customer->get_billing_email() );
	}

	/**
	 * Take the address that a shopper typed into the classic checkout.
	 *
	 * @param string $form The whole form, as a query.
	 */
	public function hear_form( $form ): void {
		$typed = array();
		wp_parse_str( (string) $form, $typed );
		if ( is_string( $typed['billing_email'] ?? null ) ) {
			$this->hear( $typed['billing_email'] );
		}
	}

	/**
	 * Take the address from our script, as soon as it is typed; or that no reminder is wanted.
	 */
	public function hear_script(): void {
		check_ajax_referer( self::ACTION );
		if ( isset( $_POST['decline'] ) ) {
			$this->carts->decline();
		} elseif ( isset( $_POST['email'] ) && is_string( $_POST['email'] ) ) {
			$this->hear( sanitize_email( wp_unslash( $_POST['email'] ) ) );
		}
		wp_send_json_success();
	}

	/**
	 * Add our script where a shopper checks out.
	 */
	public function add_script(): void {
		if ( ! $this->carts->are_told() || ! is_checkout() ) {
			return;
		}
		wp_enqueue_script( 'doorstep-checkout', plugins_url( 'assets/checkout.js', DOORSTEP_FILE ), array(), DOORSTEP_VERSION, true );
		$says = array(
			'url'   => WC_AJAX::get_endpoint( self::ACTION ),
			'nonce' => wp_create_nonce( self::ACTION ),
		);
		wp_add_inline_script( 'doorstep-checkout', 'window.doorstepCart = ' . wp_json_encode( $says ) . ';', 'before' );
	}

	/**
	 * Put the note before the block checkout.
	 *
	 * @param string $html The block.
	 */
	public function add_note( $html ): string {
		return $this->note() . $html;
	}

	/**
	 * Print the note in the classic checkout.
	 */
	public function print_note(): void {
		echo wp_kses_post( $this->note() );
	}

	/**
	 * Return what a shopper is told before they type their address; its button needs our script, which shows it.
	 */
	private function note(): string {
		if ( ! $this->carts->are_told() ) {
			return '';
		}
		$declined = WC()->session && WC()->session->get( Doorstep_Carts::DECLINED );
		$says     = $declined ? __( 'We will not remind you of this cart.', 'doorstep-for-woocommerce' ) : __( 'We keep your e-mail address with your cart as you type it, so that we can remind you if you leave.', 'doorstep-for-woocommerce' );
		$thanks   = __( 'We will not remind you of this cart.', 'doorstep-for-woocommerce' );
		$button   = $declined ? '' : ' <button type="button" class="doorstep-decline" style="background:none;border:0;padding:6px 0;color:inherit;font:inherit;text-decoration:underline;cursor:pointer" data-thanks="' . esc_attr( $thanks ) . '" hidden>' . esc_html__( 'No reminder, thank you', 'doorstep-for-woocommerce' ) . '</button>';
		return '<p class="doorstep-note" role="status">' . esc_html( $says ) . $button . '</p>';
	}

	/**
	 * Keep an address, unless the shopper declined.
	 *
	 * @param string $email As typed.
	 */
	private function hear( string $email ): void {
		if ( WC()->session && ! WC()->session->get( Doorstep_Carts::DECLINED ) ) {
			$this->carts->keep_email( $email );
		}
	}
}
