/** What a client sends: one report, about one machine, with one or more state messages. */
export interface Report {
  machine: Machine;
  /** ReportDetails/Date in milliseconds since 1970 UTC, or null where it is missing or no CIM time. */
  reportTime: number | null;
  messages: StateMessage[];
  /** Messages that could not be read; undefined where all could. */
  leftOut?: LeftOut | undefined;
}

/** Of the messages of a report that could not be read, how many there are and what is wrong with the first. */
export interface LeftOut {
  count: number;
  /** Its place among the report's messages, from 1, and what it has instead, as a sentence's object. */
  first: { place: number; what: string };
}

/** Report/ReportHeader/Identification/Machine. */
export interface Machine {
  /** Machine/ClientInstalled: null where the node is missing or neither 0 nor 1. */
  clientInstalled: boolean | null;
  /** Bare upper-case GUID without `GUID:` and braces; all zeroes while there is no client; '' where missing. */
  clientId: string;
  clientVersion: string;
  /** Machine/NetBIOSName as sent: sometimes it is an FQDN. */
  netbiosName: string;
}

export interface StateMessage {
  /** @MessageTime in milliseconds since 1970 UTC, or null where it is missing or no CIM time. */
  messageTime: number | null;
  /** @SerialNumber counts since the client's installation and may be absent. */
  serialNumber: number | null;
  topic: { type: number; id: string; idType: number | null; user: string; userSid: string };
  state: { id: number; criticality: number | null };
  /** StateDetails, CDATA or text; '' where absent. */
  details: string;
  params: string[];
}
