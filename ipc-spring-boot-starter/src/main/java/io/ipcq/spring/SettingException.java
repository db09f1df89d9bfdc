// SPDX-License-Identifier: Apache-2.0
package io.ipcq.spring;

import org.jspecify.annotations.Nullable;

/** Something that the application's settings say, or do not say, keeps it from starting. */
final class SettingException extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    private final String what;
    private final String action;

    /** @param action what to do, as a sentence */
    SettingException(String what, String action, @Nullable Throwable cause) {
        super(what + ": " + action, cause);
        this.what = what;
        this.action = action;
    }

    SettingException(String what, String action) {
        this(what, action, null);
    }

    String what() {
        return what;
    }

    String action() {
        return action;
    }
}
