// SPDX-License-Identifier: Apache-2.0
package io.ipcq.memory;

import java.io.IOException;
import java.nio.file.Path;

/** A file is not what it is opened as, or not in a state to be trusted; it was left untouched. */
public final class RegionFormatException extends IOException {

    private static final long serialVersionUID = 1L;

    public RegionFormatException(Path file, String reason) {
        super("cannot use " + file + ": " + reason);
    }
}
