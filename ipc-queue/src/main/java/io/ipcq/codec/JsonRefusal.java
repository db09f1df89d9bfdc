// SPDX-License-Identifier: Apache-2.0
package io.ipcq.codec;

/** Our own objection to a value, on its way out through Jackson, which adds the path; the message holds no content. */
final class JsonRefusal extends RuntimeException {

    private static final long serialVersionUID = 1L;

    JsonRefusal(String message) {
        super(message, null, false, false);
    }
}
