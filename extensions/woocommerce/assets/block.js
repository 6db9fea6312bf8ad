/* The block in the editor: what will stand there, in words. */
( function ( blocks, editor, element, i18n ) {
	blocks.registerBlockType( 'doorstep/tracking', {
		edit() {
			const says = i18n.__( 'Order look-up and tracking page: shoppers see Doorstep here.', 'doorstep-for-woocommerce' );
			return element.createElement( 'p', editor.useBlockProps(), says );
		},
		save: () => null,
	} );
}( window.wp.blocks, window.wp.blockEditor, window.wp.element, window.wp.i18n ) );
