namespace Call112.Gateway;

/// <summary>Every event id of the service's log, so that a technician can search for a number. Ranges: 1xx service, 2xx links, 3xx journal, 4xx board (421, 422 the opt-in display), 5xx panel, 6xx modem.</summary>
internal static class LogEvents
{
    public static readonly EventId Armed = new(101, nameof(Armed));
    public static readonly EventId Stopped = new(102, nameof(Stopped));
    public static readonly EventId LoopFailed = new(103, nameof(LoopFailed));
    public static readonly EventId Step = new(110, nameof(Step));
    public static readonly EventId Refused = new(111, nameof(Refused));
    public static readonly EventId UpdateOffered = new(112, nameof(UpdateOffered));
    public static readonly EventId UpdateNotTaken = new(113, nameof(UpdateNotTaken));

    public static readonly EventId AcceptanceRead = new(121, nameof(AcceptanceRead));
    public static readonly EventId AcceptanceProblem = new(122, nameof(AcceptanceProblem));

    public static readonly EventId Connected = new(201, nameof(Connected));
    public static readonly EventId ConnectionLost = new(203, nameof(ConnectionLost));
    public static readonly EventId IdentityTaken = new(204, nameof(IdentityTaken));
    public static readonly EventId CertificateFault = new(205, nameof(CertificateFault));
    public static readonly EventId CertificateTaken = new(206, nameof(CertificateTaken));
    public static readonly EventId BoundByAddress = new(207, nameof(BoundByAddress));
    public static readonly EventId OwnStateRefused = new(208, nameof(OwnStateRefused));
    public static readonly EventId RenewalAsked = new(209, nameof(RenewalAsked));
    public static readonly EventId RenewalRefused = new(210, nameof(RenewalRefused));
    public static readonly EventId RenewalTaken = new(211, nameof(RenewalTaken));
    public static readonly EventId RenewalNotStored = new(212, nameof(RenewalNotStored));
    public static readonly EventId AcceptanceRefused = new(213, nameof(AcceptanceRefused));

    public static readonly EventId GnssLinked = new(221, nameof(GnssLinked));
    public static readonly EventId GnssGarbage = new(222, nameof(GnssGarbage));

    public static readonly EventId JournalFinding = new(301, nameof(JournalFinding));
    public static readonly EventId StorageFailed = new(302, nameof(StorageFailed));
    public static readonly EventId StorageRecovered = new(303, nameof(StorageRecovered));
    public static readonly EventId Flooded = new(304, nameof(Flooded));

    public static readonly EventId BoardFailed = new(401, nameof(BoardFailed));
    public static readonly EventId BoardPartSilent = new(402, nameof(BoardPartSilent));
    public static readonly EventId BoardPartBack = new(403, nameof(BoardPartBack));

    public static readonly EventId PanelListening = new(501, nameof(PanelListening));
    public static readonly EventId PanelFailed = new(502, nameof(PanelFailed));

    public static readonly EventId ModemFound = new(601, nameof(ModemFound));
    public static readonly EventId ModemLost = new(602, nameof(ModemLost));
    public static readonly EventId RungTaken = new(603, nameof(RungTaken));
    public static readonly EventId RungDone = new(604, nameof(RungDone));
    public static readonly EventId RungFailed = new(605, nameof(RungFailed));
    public static readonly EventId RungsMissing = new(606, nameof(RungsMissing));
    public static readonly EventId ToolFailed = new(607, nameof(ToolFailed));
    public static readonly EventId SmsAnswered = new(608, nameof(SmsAnswered));
    public static readonly EventId SmsNotAnswered = new(609, nameof(SmsNotAnswered));
    public static readonly EventId ModemWatchFailed = new(610, nameof(ModemWatchFailed));
}
