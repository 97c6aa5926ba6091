//! Makes a module count the instructions that it executes.
//!
//! An interpreter's own metering charges for a function's whole body when it is entered, cold paths
//! included. Here each straight run of instructions adds its length to a global as it is entered, so
//! that what is skipped is not counted.

use std::convert::Infallible;

use anyhow::{Result, anyhow};
use wasm_encoder::{
    CodeSection, ConstExpr, ExportKind, ExportSection, Function, GlobalSection, GlobalType,
    Instruction, Module, ValType,
    reencode::{self, Error, Reencode, RoundtripReencoder, utils},
};
use wasmparser::{
    ExportSectionReader, FunctionBody, GlobalSectionReader, Operator, Parser, Payload,
};

/// The name under which the counter is exported.
pub(super) const COUNTER: &str = "executed_instructions";

/// Bytes of a bulk copy that count as one instruction.
const COPIED: i32 = 8;

/// Adds the counter to `wasm`.
///
/// # Errors
///
/// It is no module.
pub(super) fn instrument(wasm: &[u8]) -> Result<Vec<u8>> {
    let counter = globals(wasm)?;
    let mut counting = Counting {
        counter,
        length: counter + 1,
    };
    let mut module = Module::new();
    reencode::utils::parse_core_module(&mut counting, &mut module, Parser::new(0), wasm)
        .map_err(|error| anyhow!("{error}"))?;
    Ok(module.finish())
}

/// How many globals there are; modules made by Rust import none.
fn globals(wasm: &[u8]) -> Result<u32> {
    for payload in Parser::new(0).parse_all(wasm) {
        if let Payload::GlobalSection(section) = payload? {
            return Ok(section.count());
        }
    }
    Err(anyhow!("the module has no globals to add one to"))
}

struct Counting {
    /// Index of the global that counts.
    counter: u32,
    /// Of one that holds the length of a bulk operation.
    length: u32,
}

impl Reencode for Counting {
    type Error = Infallible;

    fn parse_global_section(
        &mut self,
        globals: &mut GlobalSection,
        section: GlobalSectionReader<'_>,
    ) -> Result<(), Error<Infallible>> {
        utils::parse_global_section(self, globals, section)?;
        let of = |val_type| GlobalType {
            val_type,
            mutable: true,
            shared: false,
        };
        globals.global(of(ValType::I64), &ConstExpr::i64_const(0));
        globals.global(of(ValType::I32), &ConstExpr::i32_const(0));
        Ok(())
    }

    fn parse_export_section(
        &mut self,
        exports: &mut ExportSection,
        section: ExportSectionReader<'_>,
    ) -> Result<(), Error<Infallible>> {
        utils::parse_export_section(self, exports, section)?;
        exports.export(COUNTER, ExportKind::Global, self.counter);
        Ok(())
    }

    fn parse_function_body(
        &mut self,
        code: &mut CodeSection,
        body: FunctionBody<'_>,
    ) -> Result<(), Error<Infallible>> {
        let mut function = utils::new_function_with_parsed_locals(&mut RoundtripReencoder, &body)?;
        let mut reader = body.get_operators_reader()?;
        let mut run = Vec::new();
        while !reader.eof() {
            let operator = reader.read()?;
            let ends = ends_run(&operator);
            run.push(operator);
            if ends || reader.eof() {
                self.run(&mut function, std::mem::take(&mut run))?;
            }
        }
        code.function(&function);
        Ok(())
    }
}

impl Counting {
    fn run(&self, to: &mut Function, run: Vec<Operator<'_>>) -> Result<(), Error<Infallible>> {
        let length: i64 = run.iter().map(weight).sum();
        if length > 0 {
            to.instruction(&Instruction::I64Const(length));
            self.add(to);
        }
        for operator in run {
            if matches!(
                operator,
                Operator::MemoryCopy { .. } | Operator::MemoryFill { .. }
            ) {
                to.instruction(&Instruction::GlobalSet(self.length));
                to.instruction(&Instruction::GlobalGet(self.length));
                to.instruction(&Instruction::I32Const(COPIED));
                to.instruction(&Instruction::I32DivU);
                to.instruction(&Instruction::I64ExtendI32U);
                self.add(to);
                to.instruction(&Instruction::GlobalGet(self.length));
            }
            to.instruction(&RoundtripReencoder.instruction(operator)?);
        }
        Ok(())
    }

    /// Adds what is on the stack.
    fn add(&self, to: &mut Function) {
        to.instruction(&Instruction::GlobalGet(self.counter));
        to.instruction(&Instruction::I64Add);
        to.instruction(&Instruction::GlobalSet(self.counter));
    }
}

/// Whether what follows may be entered from elsewhere, or may not be reached.
fn ends_run(operator: &Operator<'_>) -> bool {
    use Operator as O;
    matches!(
        operator,
        O::Block { .. }
            | O::Loop { .. }
            | O::If { .. }
            | O::Else
            | O::End
            | O::Br { .. }
            | O::BrIf { .. }
            | O::BrTable { .. }
            | O::Return
            | O::Unreachable
    )
}

/// What makes no machine code of its own is free.
fn weight(operator: &Operator<'_>) -> i64 {
    use Operator as O;
    let free = matches!(
        operator,
        O::Nop
            | O::Block { .. }
            | O::Loop { .. }
            | O::Else
            | O::End
            | O::Drop
            | O::LocalGet { .. }
            | O::LocalSet { .. }
            | O::LocalTee { .. }
            | O::I32Const { .. }
            | O::I64Const { .. }
    );
    i64::from(!free)
}

#[cfg(test)]
mod tests {
    use crate::Vm;

    /// Two loads and an add or nothing, and a loop.
    const MODULE: &str = r#"(module
        (memory (export "memory") 1)
        (global (mut i32) (i32.const 0))
        (func (export "skip") (param i32) (result i32)
            (block
                (br_if 0 (local.get 0))
                (drop (i32.add (i32.load (i32.const 0)) (i32.load (i32.const 8)))))
            (local.get 0))
        (func (export "repeat") (param i32) (result i32)
            (loop (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
            (local.get 0))
        (func (export "copy") (param i32) (result i32)
            (memory.copy (i32.const 0) (i32.const 100) (local.get 0))
            (local.get 0)))"#;

    #[test]
    fn only_what_is_executed_counts() {
        let mut vm = Vm::load(&wat::parse_str(MODULE).unwrap()).unwrap();
        let mut count = |name, parameter: i32| {
            vm.take_cost().unwrap();
            vm.call::<_, i32>(name, parameter).unwrap().unwrap();
            vm.take_cost().unwrap().instructions
        };
        assert_eq!(count("skip", 1), 1);
        assert_eq!(count("skip", 0), 4);
        assert_eq!(count("repeat", 1), 2);
        assert_eq!(count("repeat", 50), 100);
        assert_eq!(count("copy", 0), 1);
        assert_eq!(count("copy", 80), 11);
    }
}
