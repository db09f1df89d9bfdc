// SPDX-License-Identifier: Apache-2.0
/**
 * The {@code ipcq} command: runs, looks at and repairs what the libraries leave on disk. Read {@link io.ipcq.cli.Ipcq} first;
 * each subcommand is a class. Uses only the public API of the libraries.
 */
@NullMarked
package io.ipcq.cli;

import org.jspecify.annotations.NullMarked;
