// SPDX-License-Identifier: Apache-2.0
package io.ipcq.memory;

import java.io.IOException;
import java.nio.file.Path;

/** A file is not of the expected kind, or not in a state to be trusted. It was left untouched. */
public final class RegionFormatException extends IOException {

    private static final long serialVersionUID = 1L;

    public RegionFormatException(Path file, String reason) {
        super("cannot use " + file + ": " + reason);
    }
}
