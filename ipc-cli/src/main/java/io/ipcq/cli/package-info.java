// SPDX-License-Identifier: Apache-2.0
/**
 * The {@code ipcq} command: runs, looks at and works on what the libraries leave on disk. Read {@link io.ipcq.cli.Ipcq}
 * first; each subcommand is a class. Uses only the public API of the libraries.
 *
 * <p>All output goes through {@link io.ipcq.cli.Screen}, which makes text of others harmless; a queue is found and
 * opened by {@link io.ipcq.cli.QueueName}, and nowhere else.
 */
@NullMarked
package io.ipcq.cli;

import org.jspecify.annotations.NullMarked;
