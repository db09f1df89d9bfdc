// SPDX-License-Identifier: Apache-2.0
/** Memory that several processes map, and what they need to share it: waiting, membership and a mutex that survives its owner. */
@NullMarked
package io.ipcq.memory;

import org.jspecify.annotations.NullMarked;
