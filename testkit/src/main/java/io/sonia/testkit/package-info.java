/** Fakes, fixtures and contract test bases shared by the tests of all modules. */
@NullMarked
package io.sonia.testkit;

import org.jspecify.annotations.NullMarked;
