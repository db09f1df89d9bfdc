// SPDX-License-Identifier: Apache-2.0
package io.ipcq.codec;

import org.jspecify.annotations.Nullable;

/** Our own objection to a value, on its way out through Jackson, which adds the path; the message holds no content. */
final class JsonRefusal extends RuntimeException {

    private static final long serialVersionUID = 1L;

    JsonRefusal(String message) {
        this(message, null);
    }

    /** With an exception of the user's as cause. */
    JsonRefusal(String message, @Nullable Throwable cause) {
        super(message, cause, false, false);
    }
}
