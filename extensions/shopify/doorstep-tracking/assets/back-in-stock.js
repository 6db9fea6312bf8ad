/* Lets the form follow the variant that is chosen, and answers where it stands; without it the form works as well. */
( function () {
	function follow( form ) {
		const select = form.querySelector( 'select[name="variant"]' );
		const id = document.querySelector( 'form[action*="/cart/add"] [name="id"]' );
		if ( ! select || ! id || ! id.value ) {
			return;
		}
		const isGone = Array.from( select.options ).some( ( option ) => option.value === id.value );
		form.hidden = ! isGone;
		if ( isGone ) {
			select.value = id.value;
			select.parentElement.hidden = true;
		}
	}

	async function ask( form ) {
		const said = form.querySelector( '[role="status"]' );
		const button = form.querySelector( 'button' );
		button.disabled = true;
		try {
			const answer = await fetch( form.action, {
				method: 'POST',
				headers: { Accept: 'application/json' },
				body: new URLSearchParams( new FormData( form ) ),
			} );
			const told = await answer.json();
			said.textContent = told.said;
			button.disabled = told.ok;
		} catch {
			form.submit();
		}
	}

	document.querySelectorAll( '[data-doorstep-back]' ).forEach( ( form ) => {
		form.addEventListener( 'submit', ( event ) => {
			event.preventDefault();
			ask( form );
		} );
		const later = () => setTimeout( () => follow( form ), 50 );
		document.addEventListener( 'change', ( event ) => form.contains( event.target ) || later() );
		window.addEventListener( 'popstate', later );
		follow( form );
	} );
}() );
