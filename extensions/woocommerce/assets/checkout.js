/* Tells the store the e-mail address as soon as it is typed, or that no reminder is wanted. */
( function () {
	const { url, nonce } = window.doorstepCart;
	let last = '';

	function tell( said ) {
		const body = new URLSearchParams( { ...said, _ajax_nonce: nonce } );
		return fetch( url, { method: 'POST', body, credentials: 'same-origin', keepalive: true } );
	}

	document.querySelectorAll( '.doorstep-decline' ).forEach( ( button ) => {
		button.hidden = false;
		button.addEventListener( 'click', async () => {
			button.disabled = true;
			const answer = await tell( { decline: '1' } ).catch( () => null );
			if ( answer && answer.ok ) {
				last = null;
				button.parentElement.textContent = button.dataset.thanks;
			} else {
				button.disabled = false;
			}
		} );
	} );

	document.addEventListener( 'change', ( event ) => {
		const field = event.target;
		const isEmail = field.matches && field.matches( '#billing_email, #email' );
		if ( ! isEmail || last === null || field.value === last || ! field.value || ! field.checkValidity() ) {
			return;
		}
		last = field.value;
		tell( { email: last } ).catch( () => {
			last = '';
		} );
	} );
}() );
