// A pickle is a program. This machine runs only the part of the language that builds plain values, and of functions only
// those on a given list; anything else is refused by its name before anything happens. So no code of a file ever runs.
// Opcodes: Python's pickletools, protocols 2 to 5. Read next: torch-objects.ts, which gives the list.

import { WorkbenchError } from '../../contract/check'

/** What a function of the list returns: a tensor, a storage, a number type, an array. */
export interface PickledObject {
  readonly kind: string
  /** Takes what the pickle adds to it later; without it nothing may be added. */
  readonly setState?: (state: PickleValue) => void
}

/** Tuples and lists are arrays, dictionaries are maps. */
export type PickleValue = null | boolean | number | bigint | string | Uint8Array | PickleValue[] | PickleDictionary | PickledObject
export type PickleDictionary = Map<PickleValue, PickleValue>

/** A function of the list, or a constant. */
export type AllowedGlobal = { readonly call: (parts: readonly PickleValue[]) => PickleValue } | { readonly constant: PickleValue }

export interface PickleInput {
  /** For messages: "'model.bin'", or "'model.bin' (entry data.pkl)". */
  readonly where: string
  /** Throws a WorkbenchError where the input ends before. */
  read(position: number, length: number): Uint8Array
}

export interface PickleRules {
  /** By full name: `collections.OrderedDict`. */
  readonly globals: ReadonlyMap<string, AllowedGlobal>
  /** What a persistent id stands for (storages). */
  persistent(id: PickleValue): PickleValue
}

class Mark {}
class Global implements PickledObject {
  readonly kind = 'global'
  constructor(readonly name: string, readonly allowed: AllowedGlobal) {}
}
type Slot = PickleValue | Mark

const MARK = new Mark()

const isObject = (value: PickleValue): value is PickledObject => typeof value === 'object' && value !== null && 'kind' in value
export const isDictionary = (value: PickleValue | undefined): value is PickleDictionary => value instanceof Map

/** Runs the pickle at `start`: its value, and the position behind it. */
export function unpickle(input: PickleInput, rules: PickleRules, start = 0): { readonly value: PickleValue; readonly end: number } {
  return new Machine(input, rules, start).run()
}

class Machine {
  private readonly stack: Slot[] = []
  private readonly memo = new Map<number, Slot>()
  /** Of the opcode that is being carried out. */
  private place: number

  constructor(private readonly input: PickleInput, private readonly rules: PickleRules, private position: number) {
    this.place = position
  }

  run(): { value: PickleValue; end: number } {
    for (;;) {
      this.place = this.position
      const code = this.byte()
      if (code === 0x2e) return { value: this.pop(), end: this.position }
      const step = STEPS[code]
      if (!step) throw this.refusal(`uses opcode 0x${code.toString(16).padStart(2, '0')}, which no state_dict of torch.save needs; the file is damaged or of another kind`)
      step(this)
    }
  }

  refusal(what: string): WorkbenchError {
    return new WorkbenchError(`The pickle in ${this.input.where} ${what} (byte ${this.place}).`)
  }

  take(length: number): Uint8Array {
    const bytes = this.input.read(this.position, length)
    this.position += length
    return bytes
  }

  byte(): number {
    return this.take(1)[0] ?? 0
  }

  unsigned(length: number): number {
    return this.take(length).reduceRight((sum, byte) => sum * 256 + byte, 0)
  }

  text(length: number): string {
    return new TextDecoder().decode(this.take(length))
  }

  line(): string {
    const bytes: number[] = []
    for (let byte = this.byte(); byte !== 0x0a; byte = this.byte()) {
      bytes.push(byte)
      if (bytes.length > 1000) throw this.refusal('holds a name of more than 1000 bytes; the file is damaged')
    }
    return new TextDecoder().decode(Uint8Array.from(bytes))
  }

  push(value: Slot): void {
    this.stack.push(value)
  }

  pop(): PickleValue {
    const value = this.stack.pop()
    if (value === undefined || value instanceof Mark) throw this.refusal('takes a value that is not there; the file is damaged')
    return value
  }

  top(): PickleValue {
    const value = this.pop()
    this.push(value)
    return value
  }

  popToMark(): PickleValue[] {
    const start = this.stack.lastIndexOf(MARK)
    if (start < 0) throw this.refusal('looks for a mark that is not there; the file is damaged')
    return this.stack.splice(start).slice(1) as PickleValue[]
  }

  remember(key: number): void {
    this.memo.set(key, this.top())
  }

  rememberNext(): void {
    this.remember(this.memo.size)
  }

  recall(key: number): void {
    const value = this.memo.get(key)
    if (value === undefined) throw this.refusal(`asks for remembered value ${key}, which is not there; the file is damaged`)
    this.push(value)
  }

  /** A function or class by name: refused here unless it is on the list. */
  global(module: string, name: string): void {
    const full = `${module}.${name}`
    const allowed = this.rules.globals.get(full)
    if (!allowed) {
      throw this.refusal(`asks for '${full}', which is not among the few names that a state_dict needs. Nothing of it was run. If the file is your own, save only the weights: torch.save(model.state_dict(), FILE)`)
    }
    this.push(new Global(full, allowed))
  }

  call(): void {
    const parts = this.pop()
    const target = this.pop()
    if (!(target instanceof Global) || !('call' in target.allowed) || !Array.isArray(parts)) throw this.refusal(`calls ${target instanceof Global ? `'${target.name}'` : 'something that is no function'}, which is not allowed`)
    try {
      this.push(target.allowed.call(parts.map(plain)))
    } catch (error) {
      throw error instanceof WorkbenchError ? this.refusal(error.message) : error
    }
  }

  persistent(): void {
    const id = this.pop()
    try {
      this.push(this.rules.persistent(Array.isArray(id) ? id.map(plain) : id))
    } catch (error) {
      throw error instanceof WorkbenchError ? this.refusal(error.message) : error
    }
  }

  setItems(parts: readonly PickleValue[]): void {
    const target = this.top()
    if (!isDictionary(target) || parts.length % 2 !== 0) throw this.refusal('puts keys into something that is no dictionary')
    for (let i = 0; i < parts.length; i += 2) target.set(parts[i] ?? null, plain(parts[i + 1] ?? null))
  }

  append(parts: readonly PickleValue[]): void {
    const target = this.top()
    if (!Array.isArray(target)) throw this.refusal('appends to something that is no list')
    for (const part of parts) target.push(plain(part))
  }

  /** Attributes of a dictionary (`_metadata` of a state_dict) are left out; else only an object that takes a state may get one. */
  build(): void {
    const state = this.pop()
    const target = this.top()
    if (isObject(target) && target.setState) target.setState(Array.isArray(state) ? state.map(plain) : plain(state))
    else if (!isDictionary(target)) throw this.refusal('sets attributes of something that is no dictionary')
  }
}

/** A constant of the list stands for its value. */
function plain(value: PickleValue): PickleValue {
  return value instanceof Global && 'constant' in value.allowed ? value.allowed.constant : value
}

type Step = (machine: Machine) => void

/** A Python integer of any length, least byte first. */
function longNumber(bytes: Uint8Array): number | bigint {
  let value = 0n
  for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i] ?? 0)
  const signed = BigInt.asIntN(8 * bytes.length, value)
  return signed >= BigInt(Number.MIN_SAFE_INTEGER) && signed <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(signed) : signed
}

function tuple(size: number): Step {
  return (machine) => {
    const parts = Array.from({ length: size }, () => machine.pop()).reverse()
    machine.push(parts)
  }
}

function stackGlobal(machine: Machine): void {
  const name = machine.pop()
  const module = machine.pop()
  if (typeof name !== 'string' || typeof module !== 'string') throw machine.refusal('names a function by something that is no text')
  machine.global(module, name)
}

/** Longest Python integer, in bytes: the legacy magic number has ten. */
const LONGEST_INTEGER = 255

const STEPS: Readonly<Record<number, Step>> = {
  0x80: (m) => { const protocol = m.byte(); if (protocol < 2 || protocol > 5) throw m.refusal(`has protocol ${protocol}; readable are 2 to 5`) },
  0x95: (m) => { m.take(8) }, // FRAME
  0x28: (m) => m.push(MARK),
  0x4e: (m) => m.push(null),
  0x88: (m) => m.push(true),
  0x89: (m) => m.push(false),
  0x4b: (m) => m.push(m.byte()), // BININT1
  0x4d: (m) => m.push(m.unsigned(2)),
  0x4a: (m) => m.push(m.unsigned(4) | 0), // BININT
  0x8a: (m) => m.push(longNumber(m.take(m.byte()))), // LONG1
  0x8b: (m) => { const length = m.unsigned(4); if (length > LONGEST_INTEGER) throw m.refusal(`holds an integer of ${length} bytes`); m.push(longNumber(m.take(length))) },
  0x47: (m) => { const bytes = m.take(8); m.push(new DataView(bytes.buffer, bytes.byteOffset, 8).getFloat64(0, false)) }, // BINFLOAT
  0x58: (m) => m.push(m.text(m.unsigned(4))), // BINUNICODE
  0x8c: (m) => m.push(m.text(m.byte())),
  0x8d: (m) => m.push(m.text(m.unsigned(8))),
  0x54: (m) => m.push(m.text(m.unsigned(4))), // BINSTRING: texts of Python 2
  0x55: (m) => m.push(m.text(m.byte())),
  0x42: (m) => m.push(m.take(m.unsigned(4)).slice()), // BINBYTES
  0x43: (m) => m.push(m.take(m.byte()).slice()),
  0x8e: (m) => m.push(m.take(m.unsigned(8)).slice()),
  0x5d: (m) => m.push([]),
  0x29: (m) => m.push([]), // EMPTY_TUPLE
  0x7d: (m) => m.push(new Map()),
  0x74: (m) => m.push(m.popToMark()), // TUPLE
  0x6c: (m) => m.push(m.popToMark()), // LIST
  0x85: tuple(1),
  0x86: tuple(2),
  0x87: tuple(3),
  0x61: (m) => { const value = m.pop(); m.append([value]) },
  0x65: (m) => m.append(m.popToMark()),
  0x73: (m) => { const value = m.pop(); const key = m.pop(); m.setItems([key, value]) },
  0x75: (m) => m.setItems(m.popToMark()),
  0x30: (m) => { m.pop() },
  0x31: (m) => { m.popToMark() },
  0x32: (m) => m.push(m.top()),
  0x71: (m) => m.remember(m.byte()), // BINPUT
  0x72: (m) => m.remember(m.unsigned(4)),
  0x94: (m) => m.rememberNext(),
  0x68: (m) => m.recall(m.byte()),
  0x6a: (m) => m.recall(m.unsigned(4)),
  0x63: (m) => { const module = m.line(); m.global(module, m.line()) }, // GLOBAL
  0x93: stackGlobal,
  0x51: (m) => m.persistent(),
  0x52: (m) => m.call(), // REDUCE
  0x81: (m) => m.call(), // NEWOBJ: a class of the list and its parts
  0x62: (m) => m.build()
}
