/* Lets the form follow the variation that is chosen, and answers where it stands; without it the form works as well. */
( function () {
	function follow( form, id ) {
		const select = form.querySelector( 'select' );
		const isGone = select && Array.from( select.options ).some( ( option ) => option.value === String( id ) );
		if ( select && id ) {
			form.hidden = ! isGone;
		}
		if ( isGone ) {
			select.value = String( id );
			select.parentElement.hidden = true;
		}
	}

	async function ask( form ) {
		const said = form.querySelector( '[role="status"]' );
		const button = form.querySelector( 'button' );
		button.disabled = true;
		try {
			const body = new URLSearchParams( new FormData( form ) );
			body.set( 'script', '1' );
			const answer = await fetch( form.action, { method: 'POST', body, credentials: 'same-origin' } );
			const told = await answer.json();
			said.textContent = told.said;
			button.disabled = told.ok;
		} catch {
			form.submit();
		}
	}

	document.querySelectorAll( '.doorstep-back' ).forEach( ( form ) => {
		form.addEventListener( 'submit', ( event ) => {
			event.preventDefault();
			ask( form );
		} );
		document.addEventListener( 'change', ( event ) => {
			const chosen = event.target.closest && event.target.closest( '.variations_form' );
			if ( chosen ) {
				setTimeout( () => follow( form, chosen.querySelector( '[name="variation_id"]' ).value ), 50 );
			}
		} );
	} );
}() );
