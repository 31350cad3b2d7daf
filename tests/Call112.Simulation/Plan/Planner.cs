using Call112.Station;

namespace Call112.Simulation.Plan;

/// <summary>
/// Makes a plan out of a seed. Each seed has its own character: how many stations, how busy, and which few kinds of faults, at which rate; a city
/// in which everything breaks at once finds less than one in which two things meet.
/// </summary>
internal static class Planner
{
    private static readonly (Kind Kind, double Weight)[] s_faults =
    [
        (Kind.Noise, 2), (Kind.HalfOpen, 2), (Kind.UpBlocked, 1), (Kind.DownBlocked, 1), (Kind.Unreachable, 2), (Kind.Reset, 2),
        (Kind.InterfaceGone, 1.5), (Kind.BrokerGone, 1), (Kind.PublishesSwallowed, 1), (Kind.BridgeDown, 1), (Kind.CutOff, 1.5),
        (Kind.ModemVanishes, 0.7), (Kind.ModemHangs, 0.5), (Kind.ModemMute, 0.7), (Kind.RegistrationLost, 0.7), (Kind.ModemRenumbered, 0.7),
        (Kind.SmsNoise, 1), (Kind.SmsForged, 1), (Kind.SmsReplayed, 1),
        (Kind.GnssDrifts, 0.5), (Kind.GnssJumps, 0.5), (Kind.GnssRolledOver, 0.5), (Kind.GnssNullIsland, 0.4), (Kind.GnssSilent, 0.3),
        (Kind.GnssGarbage, 0.3), (Kind.GpsdRestarts, 0.3), (Kind.BoxCarriedAway, 0.7),
        (Kind.BrokerRestarts, 2), (Kind.BrokerForgets, 2), (Kind.SessionLost, 1), (Kind.QueueShrinks, 1),
        (Kind.Killed, 3), (Kind.KilledAtWrite, 4), (Kind.PowerCut, 3), (Kind.PowerCutAtWrite, 4),
        (Kind.DiskFull, 1), (Kind.DiskReadOnly, 1), (Kind.DiskFailsWrites, 1), (Kind.DiskFailsSyncs, 1), (Kind.DiskStalls, 1), (Kind.JournalDamaged, 1),
        (Kind.ClockJumps, 2), (Kind.ClockWrongAtBoot, 1),
        (Kind.ButtonStuck, 1), (Kind.ButtonHeldAtBoot, 1), (Kind.ContactChatters, 1), (Kind.OutputDead, 1), (Kind.OutputStuckOn, 1),
        (Kind.ChipSilent, 1), (Kind.LineStuck, 1), (Kind.LineHeld, 0.5), (Kind.ReadBackWrong, 1),
        (Kind.CardVanishes, 1.5), (Kind.LoopBroken, 1.5), (Kind.LoopChatters, 1),
        (Kind.CenterKilled, 2), (Kind.CenterBreaks, 3), (Kind.CenterDead, 0.2),
        (Kind.Cloned, 0.3),
    ];

    private static readonly (Kind Kind, double Weight)[] s_people =
    [
        (Kind.Dispatch, 10), (Kind.Update, 2), (Kind.Cancel, 2), (Kind.Command, 1),
        (Kind.PressAcknowledge, 6), (Kind.PressResponding, 2), (Kind.StepOnPanel, 2),
        (Kind.Panic, 0.5), (Kind.ClearPanic, 0.3), (Kind.Tamper, 0.3), (Kind.Mains, 0.3),
    ];

    public static CityPlan Make(int seed)
    {
        var dice = new Random(seed);
        var stations = StationCount(dice);
        // Mostly short and dense; a few long enough for the siren's limit and the pauses between repeats. In half of those nobody is at the
        // post: where somebody presses TERIMA within minutes, no siren ever comes to its limit, and whether a restart keeps it goes unseen.
        var isLong = dice.NextDouble() < 0.04;
        var length = TimeSpan.FromMinutes(isLong ? 12 + dice.Next(15) : 0.7 + 1.5 * dice.NextDouble());
        var posts = Enumerable.Range(0, stations).Select(_ => Build(dice)).ToList();
        var happenings = new List<Happening>();
        var isDeserted = isLong && dice.Next(2) == 0;
        var people = isDeserted ? 1 + dice.Next(2) : 3 + dice.Next(Math.Min(60, 14 + ((int)length.TotalMinutes * 4)));
        for (var i = 0; i < people; i++)
            happenings.Add(isDeserted ? Make(Kind.Dispatch, length / 4, posts, dice) : Make(Pick(s_people, dice), length, posts, dice));

        // Two to six kinds of faults, some of them often.
        var some = Enumerable.Range(0, 2 + dice.Next(5)).Select(_ => Pick(s_faults, dice)).Distinct()
            .Where(kind => Open(kind, posts).Count > 0).ToList();
        var faults = dice.NextDouble() < 0.05 ? 0 : 1 + dice.Next(3 + stations * 2);
        for (var i = 0; i < Math.Min(faults, 40) && some.Count > 0; i++)
            happenings.Add(Make(some[dice.Next(some.Count)], length, posts, dice));
        return new CityPlan(seed, posts, length, [.. happenings.OrderBy(happening => happening.At)]);
    }

    /// <summary>Half of the posts have one line, as most boxes will; some have a modem alone, the others both.</summary>
    private static Post Build(Random dice)
    {
        var kind = (StationKind)dice.Next(Enum.GetValues<StationKind>().Length);
        var reach = dice.NextDouble();
        var modem = new ModemFit(HasSms: dice.Next(2) == 0, HasHat: dice.Next(2) == 0, HasConnection: dice.Next(3) > 0, IsBrisk: dice.Next(4) > 0);
        var isLookedAfter = reach >= 0.5 && dice.Next(3) > 0;
        var receiver = dice.Next(6) == 0 ? new ReceiverFit(IsSurveyed: dice.Next(3) > 0, IsBrisk: dice.Next(3) > 0) : null;
        return new Post(kind, HasLan: reach is < 0.5 or >= 0.6, HasLte: reach >= 0.5, isLookedAfter ? modem : null, receiver);
    }

    /// <summary>The posts to which it can happen.</summary>
    private static List<int> Open(Kind kind, IReadOnlyList<Post> posts) => [.. Enumerable.Range(0, posts.Count).Where(i => kind switch
    {
        Kind.SmsNoise or Kind.SmsForged or Kind.SmsReplayed => posts[i].Modem is { HasSms: true },
        >= Kind.ModemVanishes and <= Kind.ModemRenumbered => posts[i].Modem is not null,
        >= Kind.GnssDrifts and <= Kind.BoxCarriedAway => posts[i].Receiver is not null,
        _ => true,
    })];

    /// <summary>Mostly a handful; sometimes one alone, rarely fifty.</summary>
    private static int StationCount(Random dice) => dice.NextDouble() switch
    {
        < 0.45 => 1,
        < 0.85 => 2 + dice.Next(3),
        < 0.997 => 5 + dice.Next(5),
        _ => 10 + dice.Next(41),
    };

    private static Happening Make(Kind kind, TimeSpan length, IReadOnlyList<Post> posts, Random dice)
    {
        var open = Open(kind, posts);
        var at = TimeSpan.FromTicks((long)(length.Ticks * dice.NextDouble()));
        return new Happening(at, kind, open[dice.Next(open.Count)], HowLong(kind, dice), dice.Next());
    }

    private static TimeSpan HowLong(Kind kind, Random dice)
    {
        TimeSpan Between(double from, double to) => TimeSpan.FromSeconds(from + (to - from) * dice.NextDouble() * dice.NextDouble());
        return kind switch
        {
            Kind.PressAcknowledge or Kind.PressResponding or Kind.Panic => Between(0.06, 2),
            Kind.ClearPanic => Between(3.2, 5),
            Kind.Tamper or Kind.Mains => Between(1, 100),
            Kind.Noise => Between(5, 90),
            Kind.HalfOpen or Kind.UpBlocked or Kind.DownBlocked or Kind.Unreachable or Kind.InterfaceGone or Kind.BrokerGone
                or Kind.PublishesSwallowed or Kind.BridgeDown or Kind.CutOff => Between(1, 120),
            // Mostly long enough for some rungs; rarely for so long that the computer may be rebooted twice.
            Kind.ModemVanishes or Kind.ModemHangs or Kind.ModemMute or Kind.RegistrationLost =>
                dice.NextDouble() < 0.01 ? TimeSpan.FromHours(7) : dice.Next(6) == 0 ? Between(600, 1_500) : Between(20, 600),
            >= Kind.GnssDrifts and <= Kind.GnssGarbage => Between(20, 400),
            Kind.BoxCarriedAway => Between(30, 700),
            Kind.SmsNoise => Between(10, 200),
            Kind.BrokerRestarts or Kind.BrokerForgets => Between(0.1, 60),
            Kind.QueueShrinks => Between(10, 90),
            Kind.Killed or Kind.KilledAtWrite or Kind.ButtonHeldAtBoot => Between(0.2, 20),
            Kind.PowerCut or Kind.PowerCutAtWrite or Kind.ClockWrongAtBoot or Kind.JournalDamaged => Between(5, 150),
            Kind.DiskFull or Kind.DiskReadOnly or Kind.DiskFailsWrites or Kind.DiskFailsSyncs => Between(1, 90),
            Kind.DiskStalls => Between(1, 30),
            Kind.ClockJumps => Between(5, 100),
            Kind.ButtonStuck => Between(55, 120),
            Kind.ContactChatters => Between(0.5, 20),
            Kind.OutputDead or Kind.OutputStuckOn or Kind.ChipSilent => Between(0.2, 60),
            Kind.LineStuck => Between(1, 90),
            Kind.LineHeld => Between(0.5, 60),
            Kind.ReadBackWrong or Kind.CardVanishes => Between(0.1, 60),
            Kind.LoopBroken => Between(0.05, 60),
            Kind.LoopChatters => Between(0.5, 30),
            Kind.CenterKilled or Kind.CenterBreaks => Between(0.5, 90),
            Kind.CenterDead => dice.NextDouble() < 0.1 ? TimeSpan.FromHours(25) : Between(30, 600),
            Kind.Cloned => Between(20, 120),
            _ => TimeSpan.Zero,
        };
    }

    private static Kind Pick((Kind Kind, double Weight)[] kinds, Random dice)
    {
        var left = dice.NextDouble() * kinds.Sum(kind => kind.Weight);
        foreach (var (kind, weight) in kinds)
            if ((left -= weight) < 0)
                return kind;
        return kinds[^1].Kind;
    }
}
