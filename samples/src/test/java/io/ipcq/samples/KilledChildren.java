// SPDX-License-Identifier: Apache-2.0
package io.ipcq.samples;

import java.lang.reflect.InvocationTargetException;

/** Runs samples one after the other with another java for their children, and says how each ended. */
final class KilledChildren {

    private KilledChildren() {}

    /** @param arguments the directory that has bin/java, and the names of the samples */
    public static void main(String[] arguments) throws Exception {
        String home = System.getProperty("java.home");
        System.setProperty("java.home", arguments[0]);
        Class.forName("io.ipcq.process.ChildJava"); // looks there once
        System.setProperty("java.home", home);
        for (int i = 1; i < arguments.length; i++) {
            System.out.println(arguments[i] + " " + outcome(Class.forName(arguments[i])));
        }
        System.exit(0); // whatever threads they left
    }

    private static String outcome(Class<?> sample) throws ReflectiveOperationException {
        try {
            sample.getMethod("main", String[].class).invoke(null, (Object) new String[0]);
            return "ended well";
        } catch (InvocationTargetException thrown) {
            return "failed: " + thrown.getCause();
        }
    }
}
