<?php

function test_the_note_stands_before_both_checkouts_and_can_be_declined(): void {
	open_store();
	$block   = apply_filters( 'render_block_woocommerce/checkout', '<div>checkout</div>' );
	$classic = printed( fn() => do_action( 'woocommerce_checkout_before_customer_details' ) );
	foreach ( array( $block, $classic ) as $html ) {
		holds( false !== strpos( $html, 'so that we can remind you if you leave' ), $html );
		holds( false !== strpos( $html, 'doorstep-decline' ), $html );
	}
	WC()->session->set( 'doorstep_declined', true );
	$html = apply_filters( 'render_block_woocommerce/checkout', '' );
	holds( false === strpos( $html, '<button' ) && false !== strpos( $html, 'We will not remind you' ), $html );
}

function test_no_note_and_no_script_before_the_merchant_connects(): void {
	open_store( false );
	same( '', apply_filters( 'render_block_woocommerce/checkout', '' ) );
	do_action( 'wp_enqueue_scripts' );
	same( array(), Site::$said );
}

function test_the_script_is_at_the_checkout_only(): void {
	open_store();
	Shop::$at_checkout = false;
	do_action( 'wp_enqueue_scripts' );
	same( array(), Site::$said );
	Shop::$at_checkout = true;
	do_action( 'wp_enqueue_scripts' );
	same( array( 'script', 'inline' ), array_column( Site::$said, 0 ) );
}

function test_no_box_unless_the_merchant_wants_one(): void {
	open_store();
	do_action( 'woocommerce_init' );
	same( array(), Shop::$fields );
	same( array( 'order' => array() ), apply_filters( 'woocommerce_checkout_fields', array( 'order' => array() ) ) );
}

function test_the_box_is_offered_empty_at_both_checkouts(): void {
	Site::$options['doorstep_settings'] = array( 'newsletter' => true );
	open_store();
	do_action( 'woocommerce_init' );
	same( array( 'doorstep/marketing-opt-in', 'order', 'checkbox' ), array( Shop::$fields[0]['id'], Shop::$fields[0]['location'], Shop::$fields[0]['type'] ) );
	same( 'Send me news and offers from Harbor & Sons by e-mail. I can stop them at any time.', Shop::$fields[0]['label'] );
	$fields = apply_filters( 'woocommerce_checkout_fields', array( 'order' => array( 'order_comments' => array() ) ) );
	$box    = $fields['order']['doorstep_marketing_opt_in'];
	holds( ! isset( $box['default'] ) && ! $box['required'], 'it is neither ticked nor required' );
}

function test_who_has_agreed_already_is_not_asked_again_and_who_said_no_since_is(): void {
	Site::$options['doorstep_settings'] = array( 'newsletter' => true );
	open_store();
	foreach ( array( 'yes 2026-11-24T14:02:11' => 0, 'no 2026-11-25T09:00:00' => 1 ) as $said => $boxes ) {
		Site::$known[3]['_doorstep_offers_email'] = $said;
		Shop::$fields                             = array();
		do_action( 'woocommerce_init' );
		$fields = apply_filters( 'woocommerce_checkout_fields', array( 'order' => array() ) );
		same( array( $boxes, $boxes ), array( count( Shop::$fields ), count( $fields['order'] ) ) );
	}
}

function test_a_yes_is_kept_with_the_sentence_that_was_read(): void {
	Site::$options['doorstep_settings'] = array( 'newsletter' => true, 'newsletter_text' => 'News, please.' );
	open_store();
	$yes = new WC_Order( 18 );
	do_action( 'woocommerce_checkout_create_order', $yes, array( 'doorstep_marketing_opt_in' => 1 ) );
	same( array( '_wc_other/doorstep/marketing-opt-in' => '1', '_doorstep_marketing_wording' => 'News, please.' ), $yes->meta );
	$no = new WC_Order( 19 );
	do_action( 'woocommerce_checkout_create_order', $no, array( 'doorstep_marketing_opt_in' => 0 ) );
	same( array(), $no->meta );
	$block = new WC_Order( 20 );
	do_action( 'woocommerce_store_api_checkout_update_order_meta', $block );
	same( 'News, please.', $block->meta['_doorstep_marketing_wording'] );
}
