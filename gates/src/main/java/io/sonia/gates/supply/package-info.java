/** What is known of the libraries that are built in. */
@NullMarked
package io.sonia.gates.supply;

import org.jspecify.annotations.NullMarked;
