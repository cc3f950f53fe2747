//! Why a figure is what it is: a derivation that recomputes to the figure.
