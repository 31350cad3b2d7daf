using System.Globalization;
using System.Text;
using Call112.Messages;

namespace Call112.Fuzz;

/// <summary>Writes the seeds of the corpus: each message of the contract full, sparse and broken in one way, by our own writers.</summary>
internal static class Seeds
{
    private static readonly DateTimeOffset s_at = new(2026, 11, 23, 6, 5, 7, 120, TimeSpan.Zero);

    private static readonly Guid s_id = new("019ab3c4-7d1e-7c11-9a3b-2f6d4c8e0a11");

    public static void Write(string folder)
    {
        foreach (var (target, seeds) in All())
        {
            var into = Directory.CreateDirectory(Path.Combine(folder, target)).FullName;
            for (var i = 0; i < seeds.Length; i++)
                File.WriteAllBytes(Path.Combine(into, string.Create(CultureInfo.InvariantCulture, $"seed-{i:00}")), seeds[i]);
        }
    }

    private static IEnumerable<(string Target, byte[][] Seeds)> All()
    {
        yield return ("dispatch", Dispatches());
        yield return ("receipt", [MessageWriter.Write(new Receipt(4211)), MessageWriter.Write(new Receipt(Report.SequenceMax)), Text("""{"upTo":-1}""")]);
        yield return ("command",
        [
            .. Enum.GetValues<CommandKind>().Select(kind => MessageWriter.Write(new StationCommand(kind, s_id, s_at))),
            Text("""{"command":"Explode"}"""),
            MessageWriter.Write(new StationCommand(
                CommandKind.Update, s_id, s_at, new UpdateOffer("1.2.0", "https://call112.example/1.2.0.raucb", 211_862_775, new string('a', 64), true))),
        ]);
        yield return ("center-heartbeat", [MessageWriter.Write(new CenterHeartbeat(s_at, "boot", 7)), MessageWriter.Write(new CenterHeartbeat(s_at))]);
        yield return ("report", Reports());
        yield return ("state",
        [
            MessageWriter.Write(new StationStatus(true, "pkm-gogagoman", "boot", s_at, ClockState.Synchronized, "Puskesmas Gogagoman", "Puskesmas", ["puskesmas", "all"], "0.1.0", 42, 1, ["MainsLost"], "ok")),
            MessageWriter.Write(new StationStatus(false, "pkm-gogagoman", "boot", s_at, ClockState.Unsynchronized)),
        ]);
        yield return ("heartbeat", [MessageWriter.Write(new Heartbeat("pkm-gogagoman", "boot", 12, s_at, ClockState.Synchronized, 60_123, 42, 3))]);
        yield return ("telemetry",
        [
            MessageWriter.Write(new Telemetry("pkm-gogagoman", "boot", s_at, ClockState.Synchronized, 0.7301, 124.3053, 48.5, 28.6, 14_000)),
            MessageWriter.Write(new Telemetry("pkm-gogagoman", "boot", s_at, ClockState.Unsynchronized)),
        ]);
        yield return ("certificate-request",
        [
            MessageWriter.Write(new StationCertificateRequest("pkm-gogagoman", s_id, s_at, "-----BEGIN CERTIFICATE REQUEST-----")),
            Text("""{"stationId":"X","requestId":"00000000-0000-0000-0000-000000000000","sentAt":"soon","request":""}"""),
        ]);
        yield return ("certificate",
        [
            MessageWriter.Write(new StationCertificate(s_id, s_at, "-----BEGIN CERTIFICATE-----")),
            MessageWriter.Write(new StationCertificate(s_id, s_at, Refusal: "the station is not enrolled")),
            Text("""{"requestId":7,"sentAt":null,"certificate":[],"refusal":{}}"""),
        ]);
        yield return ("acceptance", Acceptances());
        yield return ("topic",
        [
            .. new[]
            {
                Topics.Dispatch("pkm-gogagoman"), Topics.GroupDispatch("all"), Topics.Command("pkm-gogagoman"), Topics.Receipt("pkm-gogagoman"), Topics.Report("pkm-gogagoman"),
                Topics.State("pkm-gogagoman"), Topics.Heartbeat("pkm-gogagoman"), Topics.Telemetry("pkm-gogagoman"), Topics.Acceptance("pkm-gogagoman"),
                Topics.CenterHeartbeat, Topics.CertificateRequest("pkm-gogagoman"), Topics.Certificate("pkm-gogagoman"), "call112/v2/stations/x/dispatch", "",
            }.Select(Text),
        ]);
        yield return ("options", Options());
    }

    private static byte[][] Dispatches()
    {
        var location = new Location("Jl. Adampe Dolot No. 12", "Depan masjid", "Mogolaing", "71.74.04.1001", 0.7301, 124.3053);
        var incident = new Incident("K261123-007", Category.Fire, "Kebakaran rumah", 1, Triage.Red, location, 2, "Api di lantai dua.");
        var full = new Dispatch(s_id, MessageType.Alert, DispatchStatus.Actual, s_at, s_at.AddMinutes(15), 0, ["bay"], false, incident);
        return
        [
            MessageWriter.Write(full),
            MessageWriter.Write(full with { MessageType = MessageType.Update, Revision = 3, Status = DispatchStatus.Exercise, Discreet = true }),
            MessageWriter.Write(full with { MessageType = MessageType.Cancel, Incident = null, Zones = null }),
            MessageWriter.Write(full with { Status = DispatchStatus.Test, Incident = new Incident("X-1", Category.Protection) }),
            Text("""{"dispatchId":"x","messageType":7,"status":null,"sentAt":"soon","expiresAt":"","revision":1.5,"zones":[1],"discreet":"no","incident":{"incidentId":"","priority":0,"victims":-1,"location":[]}}"""),
            Text("not json"),
        ];
    }

    private static byte[][] Acceptances()
    {
        AcceptanceStep[] steps =
        [
            .. AcceptanceTests.Always.Select(test => new AcceptanceStep(test, AcceptanceResult.Passed, s_at, 1, "seen")),
            new(AcceptanceTests.Mains, AcceptanceResult.NotPresent, s_at, 1, "the profile has no input mainsFail"),
        ];
        var record = new AcceptanceRecord(
            "pkm-gogagoman", "Puskesmas Gogagoman", "A. Mokoagow", s_at, ClockState.Synchronized, "10000000a1b2c3d4", "reference-a", null, "0.1.0", "Linux",
            "boot", steps, AcceptanceVerdict.Accepted);
        var sealedAs = AcceptanceSeal.Seal(record, null);
        return
        [
            MessageWriter.Write(sealedAs),
            MessageWriter.Write(AcceptanceSeal.Seal(record with { Verdict = AcceptanceVerdict.Refused, Steps = [] }, null)),
            MessageWriter.Write(sealedAs with { Certificate = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", Signature = "AAAA" }),
            MessageWriter.Write(sealedAs with { Record = "e30=" }),
            Text("""{"record":"%%%"}"""),
        ];
    }

    private static byte[][] Reports()
    {
        var report = new Report(
            "pkm-gogagoman", 4211, "boot", ReportEvent.Acknowledged, s_at, s_at, ClockState.Synchronized, ReportSource.Button, s_id, "K261123-007", 24_211);
        return
        [
            MessageWriter.Write(report),
            MessageWriter.Write(report with { Event = ReportEvent.Completed, Outcome = Outcome.NothingFound, Source = ReportSource.Panel }),
            MessageWriter.Write(report with { Event = ReportEvent.Rejected, DispatchId = null, IncidentId = null, ElapsedMs = null, Reason = "not JSON", Detail = "x" }),
            Text("""{"stationId":"X","sequence":0,"bootId":"","event":"Nothing","occurredAt":1,"recordedAt":"","clock":"Broken","source":"Ghost","outcome":"None"}"""),
        ];
    }

    private static byte[][] Options() =>
    [
        Text("""
            { "station": { "id": "pkm-gogagoman", "name": "Puskesmas Gogagoman", "groups": ["puskesmas"], "kind": "Puskesmas" },
              "uplinks": [ { "name": "lan", "broker": "mqtt://127.0.0.1:1883" } ], "board": { "profile": "simulated" },
              "journal": { "path": "/var/lib/call112/journal.db" }, "panel": { "listen": "127.0.0.1:8112" } }
            """),
        Text("""
            { // every part of it
              "station": { "id": "rsud", "kind": "Rsud", "annunciation": "Light", "utcOffsetMinutes": 420, "panicSiren": true,
                "dutyHours": [ { "from": "07:30", "to": "16:00", "days": ["Monday", "Friday"] }, { "from": "22:00", "to": "06:00" } ] },
              "uplinks": [ { "name": "lte", "broker": "mqtts://[::1]:8884", "metered": true, "username": "rsud" } ],
              "position": { "gpsd": "127.0.0.1:2947", "surveyed": { "latitude": 0.73, "longitude": 124.3 }, "movedAfterSeconds": 60 },
              "panel": { "listen": "off" }, "clock": { "source": "kernel" },
              "timing": { "sirenFirstSeconds": 30, "sirenLimitSeconds": 300, "settleSeconds": 0.05, "linkLostAfterSeconds": 20, }, }
            """),
        Text("""{ "station": { "id": "X", "kind": "Bank", "dutyHours": [ { "from": "25:00" } ] }, "uplinks": [], "panel": { "listen": "everywhere" }, "timing": { "settleSeconds": 99 } }"""),
        Text("""{ "stations": {} }"""),
    ];

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);
}
