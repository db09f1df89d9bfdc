// SPDX-License-Identifier: Apache-2.0
/** Child processes: functions that run in JVMs of their own. */
@NullMarked
package io.ipcq.process;

import org.jspecify.annotations.NullMarked;
