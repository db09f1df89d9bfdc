// SPDX-License-Identifier: Apache-2.0
package io.ipcq.modular;

import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;

/** Runs the main method of another class, which it loads from the given places, as build tools and fat jars do. */
public final class LoaderProgram {

    private LoaderProgram() {}

    public static void main(String[] args) throws Exception {
        URL[] places = new URL[args.length - 1];
        for (int i = 0; i < places.length; i++) {
            places[i] = URI.create(args[i + 1]).toURL();
        }
        try (URLClassLoader loader = new URLClassLoader(places, ClassLoader.getPlatformClassLoader())) {
            var main = loader.loadClass(args[0]).getDeclaredMethod("main", String[].class);
            main.setAccessible(true);
            main.invoke(null, (Object) new String[0]);
        }
    }
}
