using Call112.Simulation.Plan;
using Call112.Station;

namespace Call112.Simulation.City;

/// <content>What breaks in a cabinet: contacts, outputs, the chip, the relay card, wires.</content>
internal sealed partial class SimulatedCity
{
    /// <summary>Pieces of a wire that comes and goes; long enough that no sample every 10 ms can miss one.</summary>
    private static readonly TimeSpan s_pieceMin = TimeSpan.FromMilliseconds(30), s_pieceMax = TimeSpan.FromMilliseconds(700);

    /// <summary>How long a wire on its way between cut and whole looks like a pressed button: shorter than any press that counts.</summary>
    private static readonly TimeSpan s_pressedLook = TimeSpan.FromMilliseconds(10);

    private void InTheCabinet(Kind kind, StationNode station, TimeSpan over, Random dice)
    {
        var cabinet = station.Cabinet;
        var output = Levels.AllOutputs[dice.Next(Levels.AllOutputs.Count)];
        switch (kind)
        {
            case Kind.ButtonStuck:
                Hold(station, Levels.AllInputs[dice.Next(4)], over);
                break;
            case Kind.ButtonHeldAtBoot:
                EndAndStart(station, powerCut: false, TimeSpan.FromSeconds(2));
                Hold(station, Levels.AllInputs[dice.Next(Levels.AllInputs.Count)], TimeSpan.FromSeconds(2) + over);
                break;
            case Kind.ContactChatters:
                var loose = Levels.AllInputs[dice.Next(Levels.AllInputs.Count)];
                for (var at = TimeSpan.Zero; at < over; at += TimeSpan.FromMilliseconds(40 + dice.Next(400)))
                {
                    var active = dice.Next(2) == 0;
                    Schedule.After(at, () => cabinet.Move(loose, active));
                }

                Schedule.After(over, () => cabinet.Move(loose, active: false));
                break;
            case Kind.OutputDead:
                cabinet.StuckOff |= output;
                Schedule.After(over, () => cabinet.StuckOff &= ~output);
                break;
            case Kind.OutputStuckOn:
                cabinet.StuckOn |= output;
                Schedule.After(over, () => cabinet.StuckOn &= ~output);
                break;
            case Kind.ChipSilent:
                cabinet.IsSilent = true;
                Schedule.After(over, () => cabinet.IsSilent = false);
                break;
            case Kind.ReadBackWrong:
                cabinet.Misread |= output;
                Schedule.After(over, () => cabinet.Misread &= ~output);
                break;
            case Kind.CardVanishes:
                cabinet.LoseCard(keepsRelays: dice.Next(2) == 0, throws: dice.Next(2) == 0);
                Schedule.After(over, cabinet.FindCard);
                break;
            default:
                OnTheWires(kind, station, over, dice);
                break;
        }
    }

    private void OnTheWires(Kind kind, StationNode station, TimeSpan over, Random dice)
    {
        var cabinet = station.Cabinet;
        var input = Levels.AllInputs[dice.Next(Levels.AllInputs.Count)];
        var broken = dice.Next(2) == 0 ? LoopState.Cut : LoopState.Shorted;
        switch (kind)
        {
            case Kind.LineStuck:
                var active = dice.Next(2) == 0;
                cabinet.Force(input, active);
                Schedule.After(over, () => cabinet.Force(input, active: null));
                break;
            case Kind.LineHeld:
                // Whoever holds it took it while the service was down: the line is asked for at every start, and only then.
                cabinet.IsLineHeld = true;
                EndAndStart(station, powerCut: false, TimeSpan.FromSeconds(0.2));
                Schedule.After(over, () => cabinet.IsLineHeld = false);
                break;
            case Kind.LoopBroken:
                BreakLoop(cabinet, input, broken, TimeSpan.Zero);
                Schedule.After(over, () => MendLoop(cabinet, input));
                break;
            case Kind.LoopChatters:
                for (var at = TimeSpan.Zero; at < over;)
                {
                    BreakLoop(cabinet, input, dice.Next(4) == 0 ? LoopState.Shorted : broken, at);
                    at += Piece();
                    Schedule.After(at, () => MendLoop(cabinet, input));
                    at += Piece() + s_pressedLook;
                }

                Schedule.After(over + s_pieceMax, () => MendLoop(cabinet, input));
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(kind), kind, "nothing happens");
        }

        TimeSpan Piece() => s_pieceMin + (s_pieceMax - s_pieceMin) * dice.NextDouble() * dice.NextDouble();
    }

    private void BreakLoop(Cabinet cabinet, Inputs input, LoopState state, TimeSpan after)
    {
        Schedule.After(after, () => cabinet.LookPressed(input, looks: true));
        Schedule.After(after + s_pressedLook, () => cabinet.SetLoop(input, state));
    }

    private void MendLoop(Cabinet cabinet, Inputs input)
    {
        cabinet.LookPressed(input, looks: true);
        cabinet.SetLoop(input, LoopState.Whole);
        Schedule.After(s_pressedLook, () => cabinet.LookPressed(input, looks: false));
    }
}
