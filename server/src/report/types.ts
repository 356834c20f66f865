/** What a client sends: one report, about one machine, with one or more state messages. */
export interface Report {
  machine: Machine;
  /** ReportDetails/Date in milliseconds since 1970 UTC, or null where it is missing or no CIM time. */
  reportTime: number | null;
  messages: StateMessage[];
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
