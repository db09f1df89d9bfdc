// SPDX-License-Identifier: Apache-2.0
package io.ipcq.modular;

import io.ipcq.process.ChildProcess;

/** A program that runs from the module path, in a package of its own as that demands. */
public final class ModularProgram {

    private ModularProgram() {}

    public static void main(String[] args) throws Exception {
        String greeting = "hello from module ";
        ChildProcess child = new ChildProcess(name -> System.out.println(greeting + name), moduleName());
        child.start();
        child.join();
        System.out.println(child.exitDescription());
    }

    private static String moduleName() {
        return ModularProgram.class.getModule().getName();
    }
}
