using Call112.Center.Book;
using Call112.Messages;
using Call112.Simulation.Disk;
using Call112.Simulation.Plan;
using Call112.Station;

namespace Call112.Simulation.City;

/// <content>What the people of the city do, and what breaks. A new fault is a new kind, a length in the planner, and a case here.</content>
internal sealed partial class SimulatedCity
{
    private readonly List<StationNode> _clones = [];

    private void Happen(Happening happening)
    {
        Say($"*** {happening}");
        var dice = new Random(happening.Dice);
        var station = Stations[happening.Station];
        var over = happening.For;
        switch (happening.Kind)
        {
            case <= Kind.Command:
                AskCenter(happening.Kind, station, dice);
                break;
            case <= Kind.Mains:
                AtTheCabinet(happening.Kind, station, over, dice);
                break;
            case <= Kind.CutOff:
                OnTheLines(happening.Kind, station, over, dice);
                break;
            case <= Kind.SmsReplayed:
                ToTheModem(happening.Kind, station, over, dice);
                break;
            case <= Kind.BoxCarriedAway:
                ToTheReceiver(happening.Kind, station.Gpsd!, over, dice);
                break;
            case <= Kind.QueueShrinks:
                AtTheBroker(happening.Kind, station, over, dice);
                break;
            case <= Kind.PowerCutAtWrite:
                ToTheProcess(happening.Kind, station, over, dice);
                break;
            case <= Kind.JournalDamaged:
                ToTheDisk(happening.Kind, station, over, dice);
                break;
            case <= Kind.ClockWrongAtBoot:
                ToTheClock(happening.Kind, station, over, dice);
                break;
            case <= Kind.LoopChatters:
                InTheCabinet(happening.Kind, station, over, dice);
                break;
            case <= Kind.CenterDead:
                ToTheCenter(happening.Kind, over, dice);
                break;
            case Kind.Cloned:
                Clone(station, over, dice);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(happening), happening.Kind, "nothing happens");
        }
    }

    /// <summary>Everything that was broken works again; whatever was off is on.</summary>
    private void Calm()
    {
        Broker.Noise = default;
        Broker.QueueLimit = 1_000;
        Broker.Mend();
        SmsNet.SetNoise(default);
        Center.Break = CenterBreak.None;
        Center.Start();
        foreach (var station in Stations)
        {
            foreach (var way in station.Ways)
                MendLine(station, way);
            station.Modem?.Repair();
            station.Gpsd?.Repair();
            station.Disk.Repair();
            station.DiskTakes = TimeSpan.FromMilliseconds(4);
            station.Wall.Error = TimeSpan.Zero;
            station.Cabinet.Repair();
            station.Start();
        }
    }

    private void AskCenter(Kind kind, StationNode station, Random dice)
    {
        switch (kind)
        {
            case Kind.Dispatch:
                Center.Ask(new CreateDispatch(NewId(dice), Draft(station, dice)));
                break;
            case Kind.Command:
                Center.Ask(new RequestCommand(NewId(dice), station.Id, (CommandKind)dice.Next(4)));
                break;
            case Kind.Update when Truth.Order.Count > 0:
                var changed = Truth.Find(Truth.Order[^(1 + dice.Next(Math.Min(3, Truth.Order.Count)))])!;
                var incident = changed.Row.Alert.Incident! with { Priority = 1 + dice.Next(5), Narrative = "berubah" };
                Center.Ask(new UpdateDispatch(changed.Id, incident));
                break;
            case Kind.Cancel when Truth.Order.Count > 0:
                Center.Ask(new CancelDispatch(Truth.Order[^(1 + dice.Next(Math.Min(3, Truth.Order.Count)))]));
                break;
        }
    }

    private DispatchDraft Draft(StationNode station, Random dice)
    {
        var incident = new IncidentDraft((Category)dice.Next(8), Priority: 1 + dice.Next(5));
        int[] lives = [10, 20, 60, 300, 900, 900, 900, 3_600];
        var status = dice.Next(10) switch
        {
            0 => DispatchStatus.Exercise,
            1 => DispatchStatus.Test,
            _ => DispatchStatus.Actual,
        };
        string[]? groups = dice.Next(5) switch
        {
            0 => ["all"],
            1 => ["genap"],
            _ => null,
        };
        List<string>? stations = groups is null ? [station.Id] : null;
        while (stations is not null && dice.Next(3) == 0)
            stations.Add(Stations[dice.Next(Stations.Count)].Id);
        return new DispatchDraft(incident, stations?.Distinct().ToList(), groups, status, dice.Next(10) == 0, TtlSeconds: lives[dice.Next(lives.Length)]);
    }

    private void AtTheCabinet(Kind kind, StationNode station, TimeSpan held, Random dice)
    {
        switch (kind)
        {
            case Kind.PressAcknowledge:
                // Shorter than the bounces and the debouncer need together is no press.
                var press = held > TimeSpan.FromMilliseconds(90) ? held : TimeSpan.FromMilliseconds(90);
                Pressed?.Invoke(station, press);
                Hold(station, Inputs.Acknowledge, press);
                break;
            case Kind.PressResponding:
                Hold(station, Inputs.Responding, held);
                break;
            case Kind.StepOnPanel:
                var action = (PanelAction)dice.Next(Enum.GetValues<PanelAction>().Length);
                if (station.IsUp)
                    station.Life!.Run(() => _ = station.Loop!.PostAsync(new StationInput.PanelTouched(action, null, null, null)).AsTask());
                break;
            default:
                Hold(station, kind switch { Kind.Panic => Inputs.Panic, Kind.ClearPanic => Inputs.Test, Kind.Tamper => Inputs.Tamper, _ => Inputs.MainsFail }, held);
                break;
        }
    }

    private void Hold(StationNode station, Inputs input, TimeSpan held)
    {
        station.Cabinet.Move(input, active: true);
        Schedule.After(held, () => station.Cabinet.Move(input, active: false));
    }

    private void AtTheBroker(Kind kind, StationNode station, TimeSpan over, Random dice)
    {
        switch (kind)
        {
            case Kind.SessionLost:
                Broker.Forget(WayOf(station, dice).ClientId);
                break;
            case Kind.QueueShrinks:
                Broker.QueueLimit = 1 + dice.Next(5);
                Schedule.After(over, () => Broker.QueueLimit = 1_000);
                break;
            default:
                Broker.Restart(keepsState: kind == Kind.BrokerRestarts, over);
                break;
        }
    }

    private void ToTheProcess(Kind kind, StationNode station, TimeSpan over, Random dice)
    {
        var powerCut = kind is Kind.PowerCut or Kind.PowerCutAtWrite;
        if (kind is Kind.Killed or Kind.PowerCut)
        {
            EndAndStart(station, powerCut, over);
            return;
        }

        var life = station.Life;
        station.Disk.DieAtOperation(1 + dice.Next(40), powerCut ? dice : null);
        station.Disk.Died = () =>
        {
            station.Life?.End();
            Schedule.After(TimeSpan.Zero, () =>
            {
                if (station.Life == life)
                    EndAndStart(station, powerCut: false, over);
            });
        };
    }

    private void EndAndStart(StationNode station, bool powerCut, TimeSpan away)
    {
        NoteEnd(station);
        station.Die(powerCut);
        Schedule.After(away, () => Begin(station));
    }

    private void Begin(StationNode station)
    {
        if (station.Life is { IsOver: false })
            return;
        var marks = MarksOf(station);
        marks.DiskWasBroken = station.Disk.IsBroken;
        station.Start();
    }

    private void NoteEnd(StationNode station)
    {
        var marks = MarksOf(station);
        // What left from memory while the disk failed may be nowhere now.
        marks.MayHaveLostReports |= marks.DiskWasBroken;
    }

    private void ToTheDisk(Kind kind, StationNode station, TimeSpan over, Random dice)
    {
        var marks = MarksOf(station);
        switch (kind)
        {
            case Kind.DiskStalls:
                station.DiskTakes = TimeSpan.FromSeconds(5);
                Schedule.After(over, () => station.DiskTakes = TimeSpan.FromMilliseconds(4));
                break;
            case Kind.JournalDamaged:
                NoteEnd(station);
                station.Die(powerCut: false);
                var file = dice.Next(3) == 0 ? "journal.db-wal" : SimulatedDisk.JournalName;
                station.Disk.Damage(station.Disk.PathOf(file), (DiskDamage)dice.Next(5), dice);
                (marks.JournalWasLost, marks.MayHaveLostReports) = (true, true);
                Schedule.After(over, () => Begin(station));
                break;
            default:
                var fault = kind switch
                {
                    Kind.DiskFull => DiskFault.Full,
                    Kind.DiskReadOnly => DiskFault.ReadOnly,
                    Kind.DiskFailsWrites => DiskFault.WriteError,
                    _ => DiskFault.SyncError,
                };
                marks.DiskWasBroken = true;
                station.Disk.Break(fault, dice.Next(6));
                Schedule.After(over, station.Disk.Repair);
                break;
        }
    }

    private void ToTheClock(Kind kind, StationNode station, TimeSpan over, Random dice)
    {
        // A GPS week rollover is 1,024 weeks; a Pi without a clock of its own begins in 1970.
        TimeSpan[] errors =
        [
            TimeSpan.FromHours(1), TimeSpan.FromHours(-1), TimeSpan.FromDays(3_652), TimeSpan.FromDays(-3_652), TimeSpan.FromDays(-7 * 1_024),
            DateTimeOffset.UnixEpoch - station.Wall.True,
        ];
        if (kind == Kind.ClockJumps)
        {
            station.Wall.Error = errors[dice.Next(errors.Length)];
            Schedule.After(over, () => station.Wall.Error = TimeSpan.Zero);
            return;
        }

        var away = TimeSpan.FromSeconds(10);
        EndAndStart(station, powerCut: true, away);
        station.Wall.Error = errors[^1];
        Schedule.After(away + over, () => station.Wall.Error = TimeSpan.Zero);
    }

    private void ToTheCenter(Kind kind, TimeSpan over, Random dice)
    {
        if (kind == Kind.CenterBreaks)
        {
            Center.Break = (CenterBreak)(1 + dice.Next(4));
            Center.Broke = () => Schedule.After(over, Center.Start);
            return;
        }

        Center.Die();
        Schedule.After(over, Center.Start);
    }

    /// <summary>A card was copied: a second box with the same name and a journal of its own (F20).</summary>
    private void Clone(StationNode original, TimeSpan over, Random dice)
    {
        var clone = NewStation(original.Id, Stations.IndexOf(original), dice, $"{_name}-clone-{_clones.Count}");
        MarksOf(original).MayHaveLostReports = true;
        MarksOf(original).JournalWasLost = true;
        MarksOf(original).WasCloned = true;
        _clones.Add(clone);
        clone.Start();
        Schedule.After(over, () => clone.Die(powerCut: true));
    }

    private static Guid NewId(Random dice)
    {
        Span<byte> bytes = stackalloc byte[16];
        dice.NextBytes(bytes);
        return new Guid(bytes);
    }
}
