@NullMarked
package io.sonia.testdb;

import org.jspecify.annotations.NullMarked;
