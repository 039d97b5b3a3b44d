/** Wire records, service interfaces and their HTTP clients, a package per service. */
@NullMarked
package io.sonia.contracts;

import org.jspecify.annotations.NullMarked;
