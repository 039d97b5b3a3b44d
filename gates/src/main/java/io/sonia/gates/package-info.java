/** What stands between a build and a release: drills that try to break a stack of the built distribution. */
@NullMarked
package io.sonia.gates;

import org.jspecify.annotations.NullMarked;
