/** The policy files of {@code config/policies}: their records, their loader and the set they form. */
@NullMarked
package io.sonia.contracts.policy;

import org.jspecify.annotations.NullMarked;
