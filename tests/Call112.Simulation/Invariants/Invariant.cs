using Call112.Simulation.City;

namespace Call112.Simulation.Invariants;

/// <summary>A promise that was broken.</summary>
internal sealed record Breach(string Invariant, TimeSpan At, string What)
{
    public override string ToString() => $"{Invariant} at {At.TotalSeconds:0.000} s: {What}";
}

/// <summary>
/// A promise, watched from outside: what the centre committed, what the relays did, what the disk holds, what went over the line. Nothing is
/// thrown, because the code under test would catch it; the city stops at the first breach.
/// </summary>
internal abstract class Invariant(SimulatedCity city)
{
    public abstract string Name { get; }

    protected SimulatedCity City { get; } = city;

    /// <summary>Begins to watch.</summary>
    public abstract void Watch();

    /// <summary>Looks at what must hold once all faults are over and everybody has had time; null when it holds.</summary>
    public virtual string? Unrest() => null;

    protected void Break(string what) => City.Broken(new Breach(Name, City.Schedule.Now, what));
}
