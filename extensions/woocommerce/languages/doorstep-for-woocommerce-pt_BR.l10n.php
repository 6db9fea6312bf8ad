<?php
/**
 * What shoppers read, in pt_BR.
 *
 * @package Doorstep
 */

defined( 'ABSPATH' ) || exit;

return array(
	'domain'   => 'doorstep-for-woocommerce',
	'language' => 'pt_BR',
	'messages' => array(
		'Track your order' => 'Acompanhe seu pedido',
		'Track' => 'Acompanhar',
		'Track order %s' => 'Acompanhar o pedido %s',
		'We keep your e-mail address with your cart as you type it, so that we can remind you if you leave.' => 'Guardamos seu e-mail com o carrinho assim que você o digita, para podermos lembrar você se sair.',
		'We will not remind you of this cart.' => 'Não vamos lembrar você deste carrinho.',
		'No reminder, thank you' => 'Sem lembrete, por favor',
		'Send me news and offers from %s by e-mail. I can stop them at any time.' => 'Quero receber por e-mail novidades e ofertas de %s. Posso parar de recebê-las a qualquer momento.',
		'Tell me when it is back' => 'Avise-me quando voltar',
		'Which one?' => 'Qual?',
		'E-mail address' => 'E-mail',
		'Send me one e-mail when it is back. My address is used for nothing else, and I can take this back at any time.' => 'Envie-me um único e-mail quando voltar. Meu endereço não será usado para mais nada, e posso desistir a qualquer momento.',
		'That did not work. Please try again later.' => 'Não funcionou. Tente de novo mais tarde.',
	),
);
