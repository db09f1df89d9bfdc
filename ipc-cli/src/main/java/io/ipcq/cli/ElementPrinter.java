// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

/** Prints elements, one a line. */
final class ElementPrinter {

    private final Screen screen;
    private final ElementText text;
    private final boolean json;

    ElementPrinter(Screen screen, String codecId, boolean json) {
        this.screen = screen;
        this.text = new ElementText(codecId);
        this.json = json;
    }

    void print(byte[] element) {
        screen.line(json ? "{" + text.member(element) + "}" : text.text(element));
    }

    /** With its number, for scripts. */
    void print(long number, byte[] element) {
        screen.line(json ? "{\"number\":" + number + "," + text.member(element) + "}" : text.text(element));
    }
}
