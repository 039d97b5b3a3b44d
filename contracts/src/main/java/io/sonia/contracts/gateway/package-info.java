/** The api-gateway on the wire: sessions, turns, actions, confirmations. */
@NullMarked
package io.sonia.contracts.gateway;

import org.jspecify.annotations.NullMarked;
