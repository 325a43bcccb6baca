using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Problems;

namespace ServerlessRosa.Core.Accounts;

/// <summary>The one place that decides who may do what (OR-072 to OR-081). Nobody (null) may do nothing.</summary>
public static class Rights
{
    public static bool May(this Actor? actor, string verb, Scope scope) => actor is not null && actor.Grants.Allow(verb, scope);

    /// <summary>Refuses with 403.1.</summary>
    public static void Require(this Actor? actor, string verb, Scope scope)
    {
        if (!actor.May(verb, scope))
        {
            throw Problem.NotAllowed().AsException();
        }
    }

    /// <summary>Whether the actor may read a form's published XML, manifest, media and details: a closed form, or one never published,
    /// asks for more.</summary>
    public static bool MayRead(this Actor? actor, Form form) =>
        form switch
        {
            { Published: null } => actor.May(Verb.FormUpdate, form.Scope),
            { State: FormState.Closed } => actor.May(Verb.FormRead, form.Scope),
            _ => actor.May(Verb.FormRead, form.Scope) || actor.May(Verb.OpenFormRead, form.Scope),
        };

    /// <summary>Whether the form stands in the actor's formList: open, published and readable (OR-083, OR-084).</summary>
    public static bool MayFill(this Actor? actor, Form form) =>
        form is { Published: not null, State: FormState.Open } && actor.MayRead(form);
}
