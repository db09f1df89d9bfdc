// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.wire;

import java.util.regex.Pattern;

/** Text of a peer: checked where it names something, cut and escaped where it is shown. */
public final class Words {

    private static final int MAX_SHOWN = 40;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,99}");

    private Words() {}

    public static String name(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new RpcException(
                    Protocol.INVALID_PARAMS,
                    "a name has 1 to 100 letters, digits, '_', '.', '-', and does not begin with '.' or '-': name="
                            + shown(name));
        }
        return name;
    }

    public static String shown(String text) {
        String cut = text.length() > MAX_SHOWN ? text.substring(0, MAX_SHOWN) + "..." : text;
        return cut.replaceAll("[^\\x20-\\x7e]", "?");
    }
}
