<?php

/** Open the store of a merchant who wants the form. */
function open_wanting( bool $connected = true ): void {
	Site::$options['doorstep_settings'] = array( 'back_in_stock' => true );
	open_store( $connected );
}

/** Stand on a product's page and return the form. */
function standing( WC_Product $product, string $how = 'woocommerce_single_product_summary' ): string {
	$GLOBALS['product'] = $product;
	return printed( fn() => do_action( $how ) );
}

function gone( WC_Product $product ): WC_Product {
	$product->stock = 'outofstock';
	return $product;
}

/** Send the form, and return what the shopper is told. */
function sent( array $typed ): string {
	$_POST = $typed;
	try {
		do_action( 'wc_ajax_doorstep_back_in_stock' );
	} catch ( Answered | Died $answer ) {
		return $answer->getMessage();
	}
	return '';
}

function answers( array $told, int $code = 200 ): void {
	Site::$answers[] = array( 'response' => array( 'code' => $code ), 'body' => wp_json_encode( $told ) );
}

function test_what_is_there_has_no_form_and_what_is_on_backorder_neither(): void {
	open_wanting();
	same( '', standing( mug() ) );
	$mug        = mug();
	$mug->stock = 'onbackorder';
	same( '', standing( $mug ) );
}

function test_what_is_sold_out_has_one_once_and_without_a_script(): void {
	open_wanting();
	$mug  = gone( mug() );
	$html = standing( $mug );
	holds( false !== strpos( $html, '<form class="doorstep-back" method="post" action="/?wc-ajax=doorstep_back_in_stock"' ), $html );
	holds( false !== strpos( $html, 'name="variant" value="10"' ), $html );
	holds( false !== strpos( $html, 'My address is used for nothing else' ), $html );
	same( '', standing( $mug ) );
	same( 'sold', apply_filters( 'render_block_woocommerce/add-to-cart-form', 'sold' ) );
}

function test_a_block_theme_has_it_behind_what_sells(): void {
	open_wanting();
	$GLOBALS['product'] = gone( mug() );
	$html               = apply_filters( 'render_block_woocommerce/add-to-cart-form', '<b>sold</b>' );
	same( 0, strpos( $html, '<b>sold</b><form class="doorstep-back"' ) );
}

function test_of_variations_those_that_are_gone_are_listed(): void {
	open_wanting();
	$whole = new WC_Product( 21, 'Overshirt', 'SHIRT', 128.0 );
	gone( shirt() );
	new WC_Product( 23, 'Overshirt - L, Moss', 'SHIRT-L', 128.0, 0, 21 );
	gone( new WC_Product( 24, 'Overshirt - S, "Moss" <b>', 'SHIRT-S', 128.0, 0, 21 ) );
	$html = standing( $whole );
	holds( false !== strpos( $html, '<option value="22">Overshirt - M, Moss</option>' ), $html );
	holds( false !== strpos( $html, '<option value="24">Overshirt - S, &quot;Moss&quot; &lt;b&gt;</option>' ), $html );
	same( 2, substr_count( $html, '<option' ) );
}

function test_a_store_that_is_not_connected_or_does_not_want_it_offers_nothing_and_says_nothing(): void {
	open_wanting( false );
	same( '', standing( gone( mug() ) ) );
	holds( false !== strpos( sent( array( 'variant' => '10', 'email' => 'ida@example.test' ) ), 'did not work' ), 'said' );
	connect();
	Site::$options['doorstep_settings'] = array();
	same( '', standing( gone( mug() ) ) );
	sent( array( 'variant' => '10', 'email' => 'ida@example.test' ) );
	same( array(), array_filter( Site::$said, fn( $one ) => 0 === strpos( (string) $one[0], 'https' ) ) );
}

function test_what_is_typed_is_passed_on_signed_and_the_answer_said(): void {
	open_wanting();
	Site::$said = array();
	answers( array( 'said' => 'Danke. <b>Wir</b> schreiben.', 'ok' => true ) );
	same( 'Danke. Wir schreiben.', sent( array( 'variant' => '10', 'email' => 'ida@example.test', 'other' => 'x' ) ) );
	list( $url, $how ) = Site::$said[0];
	same( 0, strpos( $url, BASE . '/embed/' . KEY . '/back-in-stock?' ) );
	same( array( 'wording', 'variant', 'email', 'locale' ), array_keys( $how['body'] ) );
	same( 'de-DE', $how['body']['locale'] );
	same( 'application/json', $how['headers']['Accept'] );
	holds( false === strpos( $url, 'ida' ), 'no address stands in an address' );
}

function test_a_script_gets_it_as_data_and_an_outage_is_said(): void {
	open_wanting();
	answers( array( 'said' => 'Please fill in an e-mail address.', 'ok' => false ), 422 );
	same( '{"said":"Please fill in an e-mail address.","ok":false}', sent( array( 'script' => '1', 'variant' => '10', 'email' => '' ) ) );
	same( '{"said":"That did not work. Please try again later.","ok":false}', sent( array( 'script' => '1', 'variant' => '10', 'email' => 'ida@example.test' ) ) );
}
