/** Drills: a stack, or its store, is killed, starved, corrupted or raced, and then has to prove that nothing is lost. */
@NullMarked
package io.sonia.gates.drill;

import org.jspecify.annotations.NullMarked;
