using Call112.Messages;
using Call112.Station.Tests.Language;

namespace Call112.Station.Tests;

/// <summary>
/// The whole behaviour as a table: every state of a dispatch against every input, one row a line, in <c>behaviour-table.txt</c>.
/// A row: state | input | entries for the journal (a report by its event, others in brackets) | the dispatch afterwards | outputs in that instant.
/// </summary>
internal static class BehaviourTable
{
    /// <summary>What had happened to a fire alert before.</summary>
    public static IReadOnlyDictionary<string, Action<StationDriver, Dispatch>> States { get; } = new Dictionary<string, Action<StationDriver, Dispatch>>
    {
        ["none"] = (_, _) => { },
        ["waiting"] = (station, fire) => station.Send(fire),
        ["sounding 5 s"] = (station, fire) => { station.Send(fire); station.Pass(5); },
        ["sounding 70 s"] = (station, fire) => { station.Send(fire); station.Pass(70); },
        ["silenced"] = (station, fire) => { station.Send(fire); station.Pass(5); station.Command(CommandKind.Silence); },
        ["acknowledged"] = (station, fire) => { station.Send(fire); station.Pass(5); station.Touch(PanelAction.Acknowledge, fire); },
        ["responding"] = (station, fire) => { station.Send(fire); station.Pass(5); station.Touch(PanelAction.Respond, fire); },
        ["on scene"] = (station, fire) => { station.Send(fire); station.Pass(5); station.Touch(PanelAction.Arrive, fire); },
        ["transporting"] = (station, fire) => { station.Send(fire); station.Pass(5); station.Touch(PanelAction.ToHospital, fire); },
        ["at hospital"] = (station, fire) => { station.Send(fire); station.Pass(5); station.Touch(PanelAction.AtHospital, fire); },
        ["completed"] = (station, fire) => { station.Send(fire); station.Pass(5); station.Touch(PanelAction.Complete, fire); },
        ["declined"] = (station, fire) => { station.Send(fire); station.Pass(5); station.Touch(PanelAction.Decline, fire, DeclineReason.CrewOut); },
        ["cancelled"] = (station, fire) => { station.Send(fire); station.Pass(5); station.Send(fire.Cancel()); station.Pass(4); },
        ["cancelled unheard"] = (station, fire) => station.Send(fire.Cancel()),
        ["expired on arrival"] = (station, fire) => station.Send(fire.Living(TimeSpan.Zero)),
        ["lapsed unheard"] = (station, fire) => { station.Send(fire.Living(TimeSpan.FromSeconds(5))); station.Pass(6); },
        ["drill waiting"] = (station, fire) => { station.Send(fire with { Status = DispatchStatus.Exercise }); station.Pass(0.2); },
        ["test waiting"] = (station, fire) => { station.Send(fire with { Status = DispatchStatus.Test }); station.Pass(0.2); },
        ["discreet waiting"] = (station, fire) => { station.Send(fire with { Discreet = true }); station.Pass(0.2); },
        ["panic stands"] = (station, _) => { station.Held = Inputs.Panic; station.Pass(0.05); station.Held = Inputs.None; station.Pass(0.15); },
        ["deaf"] = (station, _) => { station.CenterLives = false; station.Pass(11); station.CenterLives = true; },
    };

    /// <summary>What happens then, and the input it is about.</summary>
    public static IReadOnlyDictionary<string, (Type Input, Action<StationDriver, Dispatch> Act)> Events { get; } = new Dictionary<string, (Type, Action<StationDriver, Dispatch>)>
    {
        ["start after 1 s"] = (typeof(StationInput.Start), (station, _) => station.Restart(TimeSpan.FromSeconds(1))),
        ["stop"] = (typeof(StationInput.Stop), (station, _) => station.Send(new StationInput.Stop())),
        ["the same alert"] = Arrives((fire, _) => fire),
        ["a change"] = Arrives((fire, _) => fire.Update()),
        ["a change to priority 1"] = Arrives((fire, _) => fire.Update(priority: 1)),
        ["its cancel"] = Arrives((fire, _) => fire.Cancel()),
        ["another alert"] = Arrives((_, other) => other),
        ["a drill"] = Arrives((_, other) => other with { Status = DispatchStatus.Exercise }),
        ["a test"] = Arrives((_, other) => other with { Status = DispatchStatus.Test }),
        ["an expired alert"] = Arrives((_, other) => other.Living(TimeSpan.Zero)),
        ["a cancel of another"] = Arrives((_, other) => other.Cancel()),
        ["the same alert by SMS"] = (typeof(StationInput.SmsArrived), (station, fire) => station.Send(new StationInput.SmsArrived(fire, 1))),
        ["another alert by SMS"] = (typeof(StationInput.SmsArrived), (station, _) => station.Send(new StationInput.SmsArrived(Call.Medical(), 1))),
        ["a replayed SMS"] = (typeof(StationInput.SmsArrived), (station, _) =>
        {
            var cancel = Call.Medical().Cancel();
            station.Send(new StationInput.SmsArrived(cancel, 1));
            station.Send(new StationInput.SmsArrived(cancel with { MessageType = MessageType.Alert }, 1));
        }
        ),
        ["a rung of the ladder"] = (typeof(StationInput.ModemRungTaken), (station, _) => station.Send(new StationInput.ModemRungTaken(ModemRung.ModemReset, "no modem for 90 s"))),
        ["a refused message"] = (typeof(StationInput.MessageRefused), (station, fire) => station.Send(new StationInput.MessageRefused("retained", fire.DispatchId))),
        ["SelfTest"] = Commanded(CommandKind.SelfTest),
        ["the box's own self-test"] = (typeof(StationInput.SelfTestAsked), (station, _) => station.Send(new StationInput.SelfTestAsked())),
        ["Identify"] = Commanded(CommandKind.Identify),
        ["Silence"] = Commanded(CommandKind.Silence),
        ["ReportNow"] = Commanded(CommandKind.ReportNow),
        ["receipt for all"] = (typeof(StationInput.ReceiptArrived), (station, _) => station.Send(new StationInput.ReceiptArrived(station.State.LastSequence))),
        ["receipt for 4211"] = (typeof(StationInput.ReceiptArrived), (station, _) => station.Send(new StationInput.ReceiptArrived(4_211))),
        ["centre heard"] = (typeof(StationInput.CenterHeard), (station, _) => station.Send(new StationInput.CenterHeard())),
        ["uplink proved"] = (typeof(StationInput.UplinkProved), (station, _) => station.Send(new StationInput.UplinkProved("lan"))),
        ["uplink doubted"] = (typeof(StationInput.UplinkDoubted), (station, _) => station.Send(new StationInput.UplinkDoubted("lan"))),
        ["uplink taken over"] = (typeof(StationInput.UplinkTakenOver), (station, _) => station.Send(new StationInput.UplinkTakenOver("lan"))),
        ["certificate read"] = (typeof(StationInput.CertificateRead), (station, _) => station.Send(new StationInput.CertificateRead("lan", default))),
        ["no input active"] = (typeof(StationInput.InputsSampled), (station, _) => station.Send(new StationInput.InputsSampled(Inputs.None))),
        ["TERIMA 40 ms"] = Holds(Inputs.Acknowledge, TimeSpan.FromMilliseconds(40)),
        ["BERANGKAT 40 ms"] = Holds(Inputs.Responding, TimeSpan.FromMilliseconds(40)),
        ["panic 40 ms"] = Holds(Inputs.Panic, TimeSpan.FromMilliseconds(40)),
        ["panic loop cut 1 s"] = Breaks(Inputs.Panic, Inputs.None),
        ["tamper loop shorted 1 s"] = Breaks(Inputs.None, Inputs.Tamper),
        ["TEST 3.1 s"] = Holds(Inputs.Test, TimeSpan.FromSeconds(3.1)),
        ["outputs follow"] = (typeof(StationInput.OutputsReadBack), (station, _) => station.Send(new StationInput.OutputsReadBack(station.Outputs, station.Outputs))),
        ["outputs dead 0.6 s"] = (typeof(StationInput.OutputsReadBack), (station, _) => { station.Dead = Levels.AllOutputs.Aggregate((a, b) => a | b); station.Pass(0.6); }),
        ["panel TERIMA"] = Touched(PanelAction.Acknowledge),
        ["panel TOLAK"] = Touched(PanelAction.Decline),
        ["panel BERANGKAT"] = Touched(PanelAction.Respond),
        ["panel TIBA"] = Touched(PanelAction.Arrive),
        ["panel KE RS"] = Touched(PanelAction.ToHospital),
        ["panel TIBA DI RS"] = Touched(PanelAction.AtHospital),
        ["panel SELESAI"] = Touched(PanelAction.Complete),
        ["panel TERIMA, all"] = (typeof(StationInput.PanelTouched), (station, _) => station.Touch(PanelAction.Acknowledge)),
        ["storage fails"] = (typeof(StationInput.StorageFailed), (station, _) => station.Send(new StationInput.StorageFailed("disk full"))),
        ["storage recovers"] = (typeof(StationInput.StorageRecovered), (station, _) => station.Send(new StationInput.StorageRecovered())),
        ["a fix"] = (typeof(StationInput.FixOffered), (station, _) => station.Send(new StationInput.FixOffered(Receiver.Fix(station.Now)))),
        ["the receiver is silent"] = (typeof(StationInput.GnssLinked), (station, _) => station.Send(new StationInput.GnssLinked(GnssLink.Silent, "nothing"))),
        ["tick"] = (typeof(StationInput.Tick), (station, _) => station.Send(new StationInput.Tick())),
        ["12 s"] = (typeof(StationInput.Tick), (station, _) => station.Pass(12)),
        ["16 min"] = (typeof(StationInput.Tick), (station, _) => station.Pass(TimeSpan.FromMinutes(16), TimeSpan.FromSeconds(1))),
        ["4 h 1 min"] = (typeof(StationInput.Tick), (station, _) => station.Pass(TimeSpan.FromMinutes(241), TimeSpan.FromSeconds(10))),
    };

    /// <summary>The row as the core has it.</summary>
    public static string RowOf(string state, string input)
    {
        var station = new StationDriver();
        station.Pass(0.1);
        var fire = Call.Fire();
        States[state](station, fire);
        var before = station.Journal.Count;
        station.CenterLives = station.State.Alarms.IsEmpty || station.CenterLives;
        Events[input].Act(station, fire);
        var entries = station.Journal.Skip(before).ToList();
        var names = entries.Select(entry => entry is JournalEntry.Reported report ? Name(report.Report, fire) : $"[{entry.GetType().Name}]").ToList();
        // Entries that repeat, as time marks do, are named once.
        var shown = names.Where((name, i) => i == 0 || name != names[i - 1]);
        return $"{state} | {input} | {Or(string.Join(' ', shown))} | {StepOf(station.State, fire)} | {Or(station.Outputs == Outputs.None ? "" : station.Outputs.ToString().Replace(",", "", StringComparison.Ordinal))}";
    }

    private static string Or(string text) => text.Length == 0 ? "-" : text;

    private static string Name(Report report, Dispatch fire)
    {
        var about = report.DispatchId is { } id && id != fire.DispatchId ? "other:" : "";
        var detail = report.Event is ReportEvent.Duplicate or ReportEvent.InputStuck ? report.Detail : report.Reason;
        return detail is null ? $"{about}{report.Event}" : $"{about}{report.Event}({detail})";
    }

    private static string StepOf(StationState state, Dispatch fire)
    {
        if (state.Find(fire.DispatchId) is { } open)
            return open.Step + (open.Waits ? ", waits" : "");
        return state.Ended.TryGetValue(fire.DispatchId, out var ended) ? $"ended {ended.Step}{(ended.Lapsed ? ", lapsed" : "")}" : "unknown";
    }

    private static (Type, Action<StationDriver, Dispatch>) Arrives(Func<Dispatch, Dispatch, Dispatch> what) =>
        (typeof(StationInput.DispatchArrived), (station, fire) => station.Send(what(fire, Call.Medical())));

    private static (Type, Action<StationDriver, Dispatch>) Commanded(CommandKind kind) =>
        (typeof(StationInput.CommandArrived), (station, _) => station.Command(kind));

    private static (Type, Action<StationDriver, Dispatch>) Touched(PanelAction action) =>
        (typeof(StationInput.PanelTouched), (station, fire) => station.Touch(action, fire, DeclineReason.CrewOut));

    /// <summary>Something moves behind the broken loop, too: nobody sees it.</summary>
    private static (Type, Action<StationDriver, Dispatch>) Breaks(Inputs cut, Inputs shorted) =>
        (typeof(StationInput.InputsSampled), (station, _) => { (station.Cut, station.Shorted, station.Held) = (cut, shorted, station.Held | cut | shorted); station.Pass(1); }
    );

    private static (Type, Action<StationDriver, Dispatch>) Holds(Inputs button, TimeSpan held) =>
        (typeof(StationInput.InputsSampled), (station, _) => { station.Held |= button; station.Pass(held); }
    );
}
